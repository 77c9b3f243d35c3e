// A stand-in for Google's launcher of Flex templates in Java, which is in Google's own images only: it starts what
// the variables of the image name, with the options of the run, as the launcher's own log shows that it does:
//
//	java -cp $FLEX_TEMPLATE_JAVA_CLASSPATH $FLEX_TEMPLATE_JAVA_OPTIONS $FLEX_TEMPLATE_JAVA_MAIN_CLASS --NAME=VALUE...
//
// The launcher asks Dataflow for the options; here they are the JSON array in the variable LAUNCH_OPTIONS.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

func main() {
	var options []string
	if err := json.Unmarshal([]byte(os.Getenv("LAUNCH_OPTIONS")), &options); err != nil {
		fail("LAUNCH_OPTIONS is no JSON array of strings", err)
	}
	java, err := exec.LookPath("java")
	if err != nil {
		fail("no java", err)
	}
	command := []string{"java", "-cp", os.Getenv("FLEX_TEMPLATE_JAVA_CLASSPATH")}
	command = append(command, strings.Fields(os.Getenv("FLEX_TEMPLATE_JAVA_OPTIONS"))...)
	command = append(command, os.Getenv("FLEX_TEMPLATE_JAVA_MAIN_CLASS"))
	command = append(command, options...)
	fmt.Println("Executing:", strings.Join(command, " "))
	if err := syscall.Exec(java, command, os.Environ()); err != nil {
		fail("java does not start", err)
	}
}

func fail(what string, err error) {
	fmt.Fprintf(os.Stderr, "template launcher: %s: %v\n", what, err)
	os.Exit(1)
}
