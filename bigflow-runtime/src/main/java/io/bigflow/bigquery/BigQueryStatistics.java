// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

/**
 * What BigQuery says of a job that has ended well.
 *
 * @param jobId the id within the project; empty if there was nothing to do
 * @param bytesProcessed bytes that were read
 * @param bytesBilled bytes that are paid for; 0 for loads
 * @param slotMillis the time of all slots together, in milliseconds
 * @param rows rows that DML has changed, or that were loaded; 0 if BigQuery does not say
 */
public record BigQueryStatistics(
    String jobId, long bytesProcessed, long bytesBilled, long slotMillis, long rows) {}
