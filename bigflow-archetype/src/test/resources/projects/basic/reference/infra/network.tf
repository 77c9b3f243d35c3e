# The machines of Dataflow and Dataproc have no external addresses.

resource "google_compute_network" "bigflow" {
  name                    = "bigflow"
  auto_create_subnetworks = false

  depends_on = [google_project_service.enabled]

  lifecycle {
    # One thing that cannot be planned stops the whole plan. With the values of one environment and the
    # state of another, Terraform would replace all that the other one has.
    precondition {
      condition     = terraform.workspace == var.environment
      error_message = "The workspace is '${terraform.workspace}', the environment '${var.environment}'. Run: terraform workspace select -or-create ${var.environment}"
    }
  }
}

resource "google_compute_subnetwork" "bigflow" {
  name          = "bigflow"
  network       = google_compute_network.bigflow.id
  region        = var.region
  ip_cidr_range = var.subnetwork_range
  # How a machine without an external address reaches Google's services.
  private_ip_google_access = true
}

# Workers of Dataflow shuffle among themselves, 12345 in streaming jobs, 12346 in batch jobs. Dataflow
# gives each of them the tag. The cluster of average_speed is one machine, which talks to none.
resource "google_compute_firewall" "dataflow" {
  name        = "bigflow-dataflow"
  network     = google_compute_network.bigflow.id
  direction   = "INGRESS"
  source_tags = ["dataflow"]
  target_tags = ["dataflow"]

  allow {
    protocol = "tcp"
    ports    = ["12345-12346"]
  }
}
