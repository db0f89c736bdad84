output "roles" {
  value = var.roles
}
