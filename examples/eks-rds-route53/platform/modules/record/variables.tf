variable "name" {
  type        = string
  description = "The first part of the name"
}

variable "zone" {
  type        = string
  description = "The rest of it"
}

variable "address" {
  type        = string
  description = "What the name leads to"
}

variable "server" {
  type        = object({ address = string, key_name = string, secret = string })
  sensitive   = true
  description = "The name server as HOST:PORT, and the key that it takes updates by (HMAC-SHA256)"
}
