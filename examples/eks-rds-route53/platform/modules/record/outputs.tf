output "host" {
  value = "${var.name}.${var.zone}"
}
