# What Terraform makes for dev; variables.tf says what each of these is, and which others there are.
environment = "dev"
project     = "${gcpProjectId}"
region      = "${gcpRegion}"
dags_bucket = "${dagsBucket}"

# Dev may be torn down again.
protect_data = false

# Who runs mvn deploy, and who runs jobs of dev by mvn bigflow:run.
deployers  = []
developers = []

# For the Composer of prod to run jobs of dev. First its account must be there.
# composer_accounts = ["bigflow-composer@${prodGcpProjectId}.iam.gserviceaccount.com"]
