// Checks the answers and finishes the generated project.
//
// Prompts enforce the validationRegex of each property, "mvn archetype:generate -B" does not, so
// that check is repeated here: all wrong answers at once, and nothing half-made is left.

import java.nio.file.Files
import java.nio.file.LinkOption
import java.nio.file.Path
import javax.lang.model.SourceVersion
import javax.xml.parsers.DocumentBuilderFactory

Path project = Path.of(request.outputDirectory, request.artifactId)

// What to write, and an example. The same for both projects and both buckets.
def gcpProject = ['6 to 30 lower-case letters, digits and -, starting with a letter', 'my-gcp-project']
def bucket = ['the name of a bucket, without gs:// and without a path', 'my-composer-bucket']
def rules = [
  groupId         : ['letters, digits, -, _, in parts separated by dots', 'com.example'],
  artifactId      : ['lower-case letters, digits and single . _ -, starting with a letter;'
                     + ' it becomes the name of the image', 'my-data-jobs'],
  version         : ['at most 80 letters, digits, . _ -; it becomes the tag of the image',
                     '1.0-SNAPSHOT'],
  'package'       : ['the name of a Java package, without keywords', 'com.example.jobs'],
  gcpProjectId    : gcpProject,
  gcpRegion       : ['the name of a Google Cloud region', 'europe-west1'],
  dagsBucket      : bucket,
  prodGcpProjectId: gcpProject,
  prodDagsBucket  : bucket,
]

def descriptor = Thread.currentThread().contextClassLoader
    .getResourceAsStream('META-INF/maven/archetype-metadata.xml')
    .withCloseable { DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(it) }
def required = descriptor.getElementsByTagName('requiredProperty')
def wrong = (0..<required.length).collect { required.item(it) }.collect { property ->
  String key = property.getAttribute('key')
  String value = request.properties.getProperty(key)
  String regex = property.getElementsByTagName('validationRegex').item(0).textContent
  boolean right = value ==~ regex && (key != 'package' || SourceVersion.isName(value))
  right ? null : "${key} = '${value}'. Write ${rules[key][0]}: -D${key}=${rules[key][1]}"
}.findAll()

if (wrong) {
  // The plugin refuses a folder that has a pom.xml, and writes this file first. What is older than
  // it was there before and stays.
  Path pom = project.resolve('pom.xml')
  def begin = Files.getLastModifiedTime(pom)
  Files.walk(project).withCloseable { it.sorted(Comparator.reverseOrder()).toList() }.each { path ->
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      path.toFile().delete() // only if it is empty
    } else if (Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS) >= begin) {
      Files.delete(path)
    }
  }

  Path parent = Path.of(request.outputDirectory, 'pom.xml')
  if (Files.exists(parent)) {
    wrong << "Take <module>${request.artifactId}</module> out of ${parent} again"
  }
  throw new IllegalArgumentException('No project was made. Mend these properties:\n'
      + wrong.withIndex(1).collect { text, number -> "  ${number}. ${text}" }.join('\n'))
}

// A file of this name would not get into the archetype's jar.
Files.move(project.resolve('dot.gitignore'), project.resolve('.gitignore'))
