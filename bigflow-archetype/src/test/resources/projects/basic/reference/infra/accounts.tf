# Each account has rights on the things it works with; on the project only those that cannot be given
# on less. Who may use an account stands with it.

# As this one the jobs act: bigflow.impersonateServiceAccount of application-<environment>.properties.
resource "google_service_account" "jobs" {
  account_id   = "bigflow-jobs"
  display_name = "BigFlow: as whom jobs act"

  depends_on = [google_project_service.enabled]
}

# The workers of Dataflow.
resource "google_service_account" "dataflow" {
  account_id   = "bigflow-dataflow"
  display_name = "BigFlow: workers of Dataflow"

  depends_on = [google_project_service.enabled]
}

# The machines of the Dataproc cluster of average_speed.
resource "google_service_account" "dataproc" {
  account_id   = "bigflow-dataproc"
  display_name = "BigFlow: clusters of Dataproc"

  depends_on = [google_project_service.enabled]
}

resource "google_project_iam_member" "jobs" {
  for_each = toset([
    "roles/bigquery.jobUser",
    "roles/dataflow.developer",
    # average_speed makes and deletes clusters.
    "roles/dataproc.editor",
  ])

  project = var.project
  role    = each.value
  member  = google_service_account.jobs.member
}

resource "google_project_iam_member" "dataflow" {
  for_each = toset([
    "roles/bigquery.jobUser",
    "roles/dataflow.worker",
  ])

  project = var.project
  role    = each.value
  member  = google_service_account.dataflow.member
}

resource "google_project_iam_member" "dataproc" {
  project = var.project
  role    = "roles/dataproc.worker"
  member  = google_service_account.dataproc.member
}

# Who starts a pipeline or a cluster gives its machines their account.
resource "google_service_account_iam_member" "machines" {
  for_each = {
    dataflow = google_service_account.dataflow.name
    dataproc = google_service_account.dataproc.name
  }

  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.jobs.member
}

# Jobs run in pods that have Composer's account; it may act as bigflow-jobs and needs no data itself.
resource "google_service_account_iam_member" "composer" {
  count = var.create_composer ? 1 : 0

  service_account_id = google_service_account.jobs.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.composer[0].member
}

resource "google_service_account_iam_member" "central_composer" {
  for_each = var.composer_accounts

  service_account_id = google_service_account.jobs.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${each.value}"
}

resource "google_service_account_iam_member" "developers" {
  for_each = var.developers

  service_account_id = google_service_account.jobs.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.value
}
