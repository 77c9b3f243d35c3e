// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

/**
 * A definition that yields no workflow.
 *
 * @param definition the binary name of the class
 * @param place where in user code it happened, as {@code Class.method(File.java:12)}, or the class
 * @param problem what is wrong, as a sentence without full stop
 * @param fix what to do about it, as a sentence without full stop
 */
public record DefinitionFailure(String definition, String place, String problem, String fix) {}
