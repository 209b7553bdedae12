#include "routes/check.h"

namespace vaettir::routes {
namespace {

using schema::Severity;

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string summary(const LoadResult& result) {
  const schema::Report& report = result.report;
  std::vector<std::string> parts;
  std::size_t errors = report.count(Severity::kError);
  parts.push_back(errors == 0 ? "no errors" : counted(errors, "error"));
  if (std::size_t n = report.count(Severity::kWarning)) parts.push_back(counted(n, "warning"));
  if (std::size_t n = report.count(Severity::kNotice)) parts.push_back(counted(n, "notice"));
  std::string out = fmt::format("{}", fmt::join(parts, ", "));
  if (!result.table) return out;
  std::size_t routers = 0, disabled = 0, services = 0;
  for (const Route& each : result.table->routes()) {
    if (each.provider != Provider::kFile) continue;
    routers++;
    if (!each.disabled.empty()) disabled++;
  }
  for (const Service& each : result.table->services()) {
    if (std::holds_alternative<LoadBalancer>(each.what)) services++;
  }
  out += fmt::format(": {}", counted(routers, "router"));
  if (disabled > 0) out += fmt::format(" ({} disabled)", disabled);
  out += fmt::format(", {}, {}, {}", counted(services, "service"),
                     counted(result.table->middlewares().size(), "middleware"),
                     counted(result.table->targets().size(), "target"));
  return out;
}

}  // namespace

CheckOutput check(const LoadInput& input, const CheckOptions& options) {
  LoadResult result = load(input);
  CheckOutput out;
  out.exit_code = result.report.has_errors() ? 1 : 0;
  json::Value shown;
  if (options.print_effective && result.table) shown = effective(*result.table);
  if (options.json) {
    json::ObjectBuilder object;
    object.set("ok", !result.report.has_errors());
    object.set("errors", result.report.count(Severity::kError));
    object.set("warnings", result.report.count(Severity::kWarning));
    object.set("notices", result.report.count(Severity::kNotice));
    object.set("diagnostics", result.report.to_json());
    if (!shown.is_undefined()) object.set("effective", std::move(shown));
    out.text = json::to_text(object.finish(), 2) + "\n";
    return out;
  }
  out.text = result.report.render() + summary(result) + "\n";
  if (!shown.is_undefined()) out.text += "---\n" + schema::to_yaml(shown);
  return out;
}

}  // namespace vaettir::routes
