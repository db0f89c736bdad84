terraform {
  required_providers {
    dns = {
      source  = "hashicorp/dns"
      version = "~> 3.4"
    }
  }
}

provider "dns" {
  update {
    server        = split(":", var.server.address)[0]
    port          = split(":", var.server.address)[1]
    key_name      = "${var.server.key_name}."
    key_algorithm = "hmac-sha256"
    key_secret    = var.server.secret
  }
}

resource "dns_a_record_set" "this" {
  zone      = "${var.zone}."
  name      = var.name
  addresses = [var.address]
  ttl       = 60
}
