locals {
  datasets = toset(["internationalports", "averagespeed", "portevents"])

  # A file for each table, with its columns as BigQuery writes them: an array of fields.
  portevents_tables_folder = "${path.module}/../src/main/resources/portevents/tables"
  portevents_tables = {
    for file in fileset(local.portevents_tables_folder, "*.json") :
    trimsuffix(file, ".json") => file("${local.portevents_tables_folder}/${file}")
  }
}

resource "google_bigquery_dataset" "jobs" {
  for_each = local.datasets

  dataset_id = each.value
  location   = var.bigquery_location
  # A dataset with tables is not deleted; the tables of the other two are made by jobs.
  delete_contents_on_destroy = false

  depends_on = [google_project_service.enabled]
}

resource "google_bigquery_dataset_iam_member" "jobs" {
  for_each = google_bigquery_dataset.jobs

  dataset_id = each.value.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.jobs.member
}

resource "google_bigquery_dataset_iam_member" "dataflow" {
  dataset_id = google_bigquery_dataset.jobs["portevents"].dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.dataflow.member
}

resource "google_bigquery_table" "portevents" {
  for_each = local.portevents_tables

  dataset_id          = google_bigquery_dataset.jobs["portevents"].dataset_id
  table_id            = each.key
  schema              = each.value
  deletion_protection = var.protect_data
}
