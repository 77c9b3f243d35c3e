package com.example.sales.internationalports;

import io.bigflow.bigquery.BigQueryDataset;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;

/**
 * Makes two tables, fills one with ports and selects the Polish ones into the other, every day.
 * Every job leaves the same tables when it is tried again.
 */
public final class InternationalPortsWorkflow implements WorkflowDefinition {

  @Override
  public Workflow define(DefinitionContext context) {
    BigQueryDataset dataset = dataset(context.config());

    return Workflow.builder("internationalports")
        .description("Selects the Polish ports among the ports of the world")
        .schedule(Schedule.daily())
        .tasks(
            Task.job("create_ports_table", createPortsTable(dataset)),
            Task.job("create_polish_ports_table", createPolishPortsTable(dataset)),
            Task.job("populate_ports_table", populatePortsTable(dataset))
                .after("create_ports_table", "create_polish_ports_table"),
            Task.job("select_polish_ports", selectPolishPorts(dataset))
                .after("populate_ports_table"))
        .build();
  }

  /** The dataset with the two tables, for those who read them, too. */
  public static BigQueryDataset dataset(JobConfig config) {
    return BigQueryDataset.of(config, "internationalports").tables("ports", "polish_ports");
  }

  private static Job createPortsTable(BigQueryDataset dataset) {
    return dataset.createTable(
        """
        CREATE TABLE IF NOT EXISTS `{ports}` (
          port_name STRING,
          port_latitude FLOAT64,
          port_longitude FLOAT64,
          country STRING,
          index_number STRING,
          as_of TIMESTAMP)
        """);
  }

  private static Job createPolishPortsTable(BigQueryDataset dataset) {
    return dataset.createTable(
        """
        CREATE TABLE IF NOT EXISTS `{polish_ports}` (
          port_name STRING,
          port_latitude FLOAT64,
          port_longitude FLOAT64,
          as_of TIMESTAMP)
        """);
  }

  private static Job populatePortsTable(BigQueryDataset dataset) {
    // @runtime is the time that the run is for, the same in every try. CURRENT_TIMESTAMP() is not.
    return dataset.writeTruncate(
        "ports",
        """
        SELECT *, @runtime AS as_of
        FROM UNNEST([
          STRUCT<
            port_name STRING,
            port_latitude FLOAT64,
            port_longitude FLOAT64,
            country STRING,
            index_number STRING>
          ('GDYNIA', 54.533333, 18.55, 'POL', '28740'),
          ('GDANSK', 54.35, 18.666667, 'POL', '28710'),
          ('SANKT-PETERBURG', 59.933333, 30.3, 'RUS', '28370'),
          ('TEXAS', 34.8, 31.3, 'USA', '28870')])
        """);
  }

  private static Job selectPolishPorts(BigQueryDataset dataset) {
    return dataset.writeTruncate(
        "polish_ports",
        """
        SELECT port_name, port_latitude, port_longitude, as_of
        FROM `{ports}`
        WHERE country = 'POL'
        """);
  }
}
