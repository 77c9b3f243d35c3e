// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test that is a row of docs/reliability.md. Its cases are counted. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(CaseCounter.class)
@interface Fault {}
