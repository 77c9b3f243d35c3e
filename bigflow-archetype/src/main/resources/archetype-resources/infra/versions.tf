terraform {
  required_version = ">= 1.5"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.0"
    }
  }

  # Without this block the state lies in this folder, one file for each workspace. For more than one
  # person, make a bucket for it, name it here and run "terraform init" again.
  # backend "gcs" {
  #   bucket = "my-terraform-state"
  #   prefix = "bigflow"
  # }
}

provider "google" {
  project = var.project
  region  = var.region

  default_labels = {
    environment = var.environment
  }
}
