# What mvn deploy, plan and doctor need: the image's repository, Composer's bucket, and Airflow. Who
# deploys to a Composer of another project gets these rights there.

resource "google_artifact_registry_repository_iam_member" "deployers" {
  for_each = var.deployers

  repository = google_artifact_registry_repository.bigflow.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = each.value
}

resource "google_storage_bucket_iam_member" "deployers" {
  for_each = var.create_composer ? var.deployers : []

  bucket = google_storage_bucket.dags[0].name
  role   = "roles/storage.objectUser"
  member = each.value
}

resource "google_project_iam_member" "deployers" {
  for_each = var.create_composer ? var.deployers : []

  project = var.project
  role    = "roles/composer.user"
  member  = each.value
}

# For the templates of pipelines, which a deployment brings to beam.stagingLocation.
resource "google_storage_bucket_iam_member" "deployers_stage_templates" {
  for_each = var.deployers

  bucket = google_storage_bucket.jobs["dataflow"].name
  role   = "roles/storage.objectUser"
  member = each.value
}

# For bigflow:status, which shows the streaming jobs.
resource "google_project_iam_member" "deployers_see_streams" {
  for_each = var.deployers

  project = var.project
  role    = "roles/dataflow.viewer"
  member  = each.value
}
