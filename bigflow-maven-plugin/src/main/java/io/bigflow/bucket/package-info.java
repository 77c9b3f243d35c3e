// SPDX-License-Identifier: Apache-2.0
/** The place where Composer reads DAG files: a bucket, or a directory that stands for one. */
@NullMarked
package io.bigflow.bucket;

import org.jspecify.annotations.NullMarked;
