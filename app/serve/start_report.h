// What `serve` prints once it serves: listening addresses (a line each, for scripts), then for
// people names, routes, targets with their state, workflows, certificates, and where data lies.
#pragma once
#include <filesystem>
#include <vector>

#include "acme/certificates.h"
#include "app/terminal.h"
#include "base/core/json.h"
#include "engine/engine.h"
#include "gateway/server/edge.h"

namespace vaettir::app {

struct StartFacts {
  std::vector<gateway::Bound> bound;
  std::shared_ptr<const routes::RouteTable> table;
  json::Value targets;  // array, as GET /api/targets shows them; undefined where that failed
  std::vector<engine::WorkflowStatus> workflows;
  std::vector<acme::CertificateFacts> certificates;
  std::vector<std::string> uncovered;  // routed names without a certificate
  std::filesystem::path data;
  const acme::LocalCa* ca = nullptr;
  std::string base;  // "https://vaettir.localhost:8443"
};

void print_listening(Terminal& terminal, const std::vector<gateway::Bound>& bound);
void print_start_report(Terminal& terminal, const StartFacts& facts);

}  // namespace vaettir::app
