// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import com.github.mustachejava.DefaultMustacheFactory;
import com.github.mustachejava.DefaultMustacheVisitor;
import com.github.mustachejava.Mustache;
import com.github.mustachejava.MustacheException;
import com.github.mustachejava.MustacheVisitor;
import com.github.mustachejava.TemplateContext;
import com.github.mustachejava.reflect.Guard;
import com.github.mustachejava.reflect.MissingWrapper;
import com.github.mustachejava.reflect.ReflectionObjectHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Mustache template that is strict: its delimiters are {@code <%} and {@code %>}, so that the
 * braces of Airflow's own templates are plain text; it takes no value but {@link PythonText}; a
 * name that the model does not have is an error, and so is a tag that asks for an unescaped value.
 */
final class DagTemplate {
  private final Mustache mustache;

  private DagTemplate(Mustache mustache) {
    this.mustache = mustache;
  }

  /** The template of a DAG file. */
  static DagTemplate load() {
    String name = "dag.py.mustache";
    try (InputStream stream = DagTemplate.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("The plugin's jar lacks " + name);
      }
      return compile(new InputStreamReader(stream, StandardCharsets.UTF_8), name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A template from its text. */
  static DagTemplate parse(String text) {
    return compile(new StringReader(text), "text");
  }

  private static DagTemplate compile(Reader template, String name) {
    return new DagTemplate(new StrictFactory().compile(template, name, "<%", "%>"));
  }

  /**
   * Fills the template in.
   *
   * @param model {@link PythonText}, {@link Boolean}, and lists and maps of such
   * @throws MustacheException if template and model do not match
   */
  String render(Map<String, ?> model) {
    StringWriter text = new StringWriter();
    mustache.execute(text, model);
    return text.toString();
  }

  private static final class StrictFactory extends DefaultMustacheFactory {
    StrictFactory() {
      setObjectHandler(new StrictHandler());
    }

    @Override
    public MustacheVisitor createMustacheVisitor() {
      return new StrictVisitor(this);
    }

    @Override
    public void encode(String value, Writer writer) {
      try {
        // The handler lets nothing pass but Python text, which is escaped already.
        writer.write(value);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class StrictVisitor extends DefaultMustacheVisitor {
    StrictVisitor(DefaultMustacheFactory factory) {
      super(factory);
    }

    @Override
    public void value(TemplateContext context, String variable, boolean encoded) {
      if (!encoded) {
        throw new MustacheException("'" + variable + "' asks for an unescaped value", context);
      }
      super.value(context, variable, true);
    }
  }

  private static final class StrictHandler extends ReflectionObjectHandler {
    @Override
    protected MissingWrapper createMissingWrapper(String name, List<Guard> guards) {
      throw new MustacheException("The model has no '" + name + "'");
    }

    @Override
    public String stringify(Object value) {
      if (value instanceof PythonText python) {
        return python.text();
      }
      throw new MustacheException("Not Python text: " + value.getClass().getName());
    }

    @Override
    public Object coerce(@Nullable Object value) {
      if (value == null) {
        throw new MustacheException("A value of the model is null");
      }
      return value;
    }
  }
}
