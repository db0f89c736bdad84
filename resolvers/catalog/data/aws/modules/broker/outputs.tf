# The broker gives a whole address, such as amqps://b-1234.mq.eu-central-1.on.aws:5671.
output "host" {
  value = regex("^amqps://([^:/]+)", aws_mq_broker.this.instances[0].endpoints[0])[0]
}

output "port" {
  value = local.port
}

output "vhost" {
  value = "/"
}

output "username" {
  value = "app"
}

output "password" {
  value     = random_password.this.result
  sensitive = true
}
