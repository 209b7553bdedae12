// explain(): which route takes a request and why, by the matcher that serves use. Pure; used by the
// command, the admin API and tests.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "base/schema/report.h"
#include "routes/table.h"

namespace vaettir::routes {

// A request as a person describes it. Owns its text.
struct ExplainRequest {
  std::string method;
  std::string scheme;  // "http" or "https"
  std::string host;    // with the port as written
  std::string path, query;
  std::vector<std::pair<std::string, std::string>> headers;  // a Host among them replaces the url's
  IpAddress client = IpAddress::v4({127, 0, 0, 1});
  EntryPointId entry_point{};
};

// "GET", "https://host:8443/a?b". The entry point is the one bound to the url's port; without a
// port, or none bound to it, the first default one of the scheme. Errors: bad_request with what is
// wrong about the url.
Result<ExplainRequest> explain_request(const RouteTable& table, std::string_view method,
                                       std::string_view url,
                                       std::vector<std::pair<std::string, std::string>> headers,
                                       IpAddress client);

struct Explanation {
  std::string method, url, entry_point;
  bool tls = false;
  std::string host, routing_path;  // as rules see them
  std::vector<RouteTable::Candidate> candidates;
  const Route* route = nullptr;          // what would run; nullptr = none
  std::vector<std::string> middlewares;  // "france-only@file (geoAllow)", outermost first
  std::string service;                   // "api@file", "" without a route or when it is disabled
  std::string leads_to;  // "http://10.0.0.1:8080", "target ocapistaine (http://127.0.0.1:9001)",
                         // "the workflow engine"...
};

// Borrows the table: the result must not outlive it.
Explanation explain(const RouteTable& table, const ExplainRequest& request);

// `report` gives routers their place ("routes.yml:7:5"); candidates beyond the first 50 are counted
// only.
std::string to_text(const Explanation& explanation, const schema::Report& report);
json::Value to_json(const Explanation& explanation, const schema::Report& report);

}  // namespace vaettir::routes
