# Copies of the baseline's Ollama part: five objects each.
terraform {
  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 2.23"
    }
  }
}

variable "kubeconfig" {
  type = string
}

variable "context" {
  type = string
}

variable "copies" {
  type = number
}

provider "kubernetes" {
  config_path    = var.kubeconfig
  config_context = var.context
}

resource "kubernetes_namespace" "copy" {
  count = var.copies
  metadata {
    name = "copy-${count.index}"
    labels = {
      app        = "ollama"
      managed-by = "terraform"
      env        = "development"
    }
  }
}

resource "kubernetes_persistent_volume_claim" "data" {
  count = var.copies
  metadata {
    name      = "ollama-data"
    namespace = kubernetes_namespace.copy[count.index].metadata[0].name
  }
  spec {
    access_modes = ["ReadWriteOnce"]
    resources {
      requests = { storage = "10Gi" }
    }
  }
}

resource "kubernetes_deployment" "ollama" {
  count = var.copies
  metadata {
    name      = "ollama"
    namespace = kubernetes_namespace.copy[count.index].metadata[0].name
    labels    = { app = "ollama" }
  }
  spec {
    replicas = 1
    strategy {
      type = "Recreate"
    }
    selector {
      match_labels = { app = "ollama" }
    }
    template {
      metadata {
        labels = { app = "ollama" }
      }
      spec {
        container {
          name  = "ollama"
          image = "docker.io/ollama/ollama:0.32.13"
          port {
            container_port = 11434
          }
          env {
            name  = "OLLAMA_HOST"
            value = "0.0.0.0"
          }
          resources {
            requests = { cpu = "1m", memory = "4Mi" }
          }
          volume_mount {
            name       = "ollama-data"
            mount_path = "/root/.ollama"
          }
        }
        volume {
          name = "ollama-data"
          persistent_volume_claim {
            claim_name = kubernetes_persistent_volume_claim.data[count.index].metadata[0].name
          }
        }
      }
    }
  }
}

resource "kubernetes_service" "ollama" {
  count = var.copies
  metadata {
    name      = "ollama"
    namespace = kubernetes_namespace.copy[count.index].metadata[0].name
  }
  spec {
    selector = { app = "ollama" }
    port {
      port        = 11434
      target_port = 11434
    }
  }
}

resource "kubernetes_ingress_v1" "ollama" {
  count = var.copies
  metadata {
    name      = "ollama-ingress"
    namespace = kubernetes_namespace.copy[count.index].metadata[0].name
  }
  spec {
    ingress_class_name = "nginx"
    rule {
      host = "copy-${count.index}.example.org"
      http {
        path {
          path      = "/"
          path_type = "Prefix"
          backend {
            service {
              name = kubernetes_service.ollama[count.index].metadata[0].name
              port {
                number = 11434
              }
            }
          }
        }
      }
    }
  }
}
