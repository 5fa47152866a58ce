variable "kubeconfig" {
  type    = string
  default = "~/.kube/config"
}

variable "context" {
  type    = string
  default = "minikube"
}

variable "image" {
  type    = string
  default = "ollama/ollama"
}

variable "jwt_secret" {
  type      = string
  sensitive = true
}

variable "jwt_refresh_secret" {
  type      = string
  sensitive = true
}

variable "creds_key" {
  type      = string
  sensitive = true
}

variable "creds_iv" {
  type      = string
  sensitive = true
}
