# What Terraform makes for prod; variables.tf says what each of these is, and which others there are.
environment = "prod"
project     = "${prodGcpProjectId}"
region      = "${gcpRegion}"
dags_bucket = "${prodDagsBucket}"

# Who runs mvn deploy.
deployers = []

# For the Composer of prod to run pipelines of dev. First the account of dev's workers must be there.
# image_readers = ["bigflow-dataflow@${gcpProjectId}.iam.gserviceaccount.com"]
