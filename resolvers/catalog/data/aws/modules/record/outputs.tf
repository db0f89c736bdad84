output "host" {
  value = var.name
}

output "url" {
  value = "https://${var.name}"
}
