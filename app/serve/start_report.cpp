#include "app/serve/start_report.h"

namespace vaettir::app {
namespace {

// Longer lists are counted: who has a thousand routes asks `vaettir explain` or /api/status.
constexpr std::size_t kShownLines = 20;

void heading(Terminal& terminal, std::string_view text) {
  terminal.line(terminal.styled(Style::kBold, text));
}

template <class List, class Show>
void listed(Terminal& terminal, std::string_view title, const List& list, const Show& show) {
  if (list.empty()) return;
  heading(terminal, title);
  std::size_t shown = 0;
  for (const auto& each : list) {
    if (shown++ == kShownLines) {
      terminal.line(fmt::format("  and {} more", list.size() - kShownLines));
      break;
    }
    show(each);
  }
}

std::string date_of(WallTime time) { return iso_text(time).substr(0, 10); }

void print_routes(Terminal& terminal, const routes::RouteTable& table) {
  std::vector<const routes::Route*> shown;
  for (const routes::Route& route : table.routes()) {
    if (!route.redirect) shown.push_back(&route);
  }
  listed(terminal, "routes", shown, [&](const routes::Route* route) {
    std::string line = fmt::format("  {:<28} {}", route->name, route->rule.text());
    if (route->disabled.empty()) {
      terminal.line(line + " -> " + table[*route->service].name);
    } else {
      terminal.line(line);
      terminal.line("    " + terminal.styled(Style::kWarn, "disabled: " + route->disabled));
    }
  });
}

void print_targets(Terminal& terminal, const json::Value& targets) {
  if (!targets.is_array()) return;
  listed(terminal, "targets", targets.elements(), [&](const json::Value& target) {
    std::string line =
        fmt::format("  {:<28} {} ({}), {}", target["name"].string_or(""),
                    target["url"].string_or("no address yet"), target["source"].string_or("file"),
                    target["state"].string_or("unknown"));
    if (const auto cause = target["cause"].string_or(""); !cause.empty()) {
      line += ": " + std::string(cause);
    }
    terminal.line(line);
  });
}

void print_workflows(Terminal& terminal, const std::vector<engine::WorkflowStatus>& workflows) {
  listed(terminal, "workflows", workflows, [&](const engine::WorkflowStatus& workflow) {
    const std::string_view name = workflow.name.empty() ? workflow.file : workflow.name;
    if (workflow.active) {
      terminal.line(fmt::format("  {:<28} {}", name, terminal.styled(Style::kGood, "active")));
    } else {
      terminal.line(fmt::format("  {:<28} {}", name, terminal.styled(Style::kWarn, "not active")));
    }
    for (const std::string& webhook : workflow.webhooks) terminal.line("    " + webhook);
    for (const std::string& problem : workflow.problems) {
      terminal.line("    " + terminal.styled(Style::kWarn, problem));
    }
  });
}

void print_certificates(Terminal& terminal, const StartFacts& facts) {
  heading(terminal, "certificates");
  for (const acme::CertificateFacts& each : facts.certificates) {
    terminal.line(fmt::format("  {:<28} {} (until {})", each.source, fmt::join(each.names, ", "),
                              date_of(each.not_after)));
  }
  for (const std::string& name : facts.uncovered) {
    terminal.line("  " +
                  terminal.styled(Style::kWarn, fmt::format("{:<28} none: name its files under "
                                                            "tls.certificates",
                                                            name)));
  }
  if (facts.ca != nullptr) {
    terminal.line(fmt::format("  {:<28} {}{}", "local CA", facts.ca->root_file().string(),
                              facts.ca->is_new() ? " (new)" : ""));
    terminal.line("  'vaettir trust' says how to trust it");
  }
}

}  // namespace

void print_listening(Terminal& terminal, const std::vector<gateway::Bound>& bound) {
  for (const gateway::Bound& each : bound) {
    const std::string_view scheme = each.tls ? "https" : "http";
    terminal.line(
        fmt::format("listening {} {}://{}", each.entry_point, scheme, each.address.to_text()));
  }
}

void print_start_report(Terminal& terminal, const StartFacts& facts) {
  std::vector<std::string> names;
  for (const routes::TlsName& each : facts.table->tls_names()) names.push_back(each.name);
  listed(terminal, "names", names, [&](const std::string& name) { terminal.line("  " + name); });
  print_routes(terminal, *facts.table);
  print_targets(terminal, facts.targets);
  print_workflows(terminal, facts.workflows);
  print_certificates(terminal, facts);
  heading(terminal, "data");
  terminal.line("  " + facts.data.string());
  if (facts.ca != nullptr) {
    for (const engine::WorkflowStatus& workflow : facts.workflows) {
      if (workflow.webhooks.empty() || !workflow.webhooks.front().starts_with("GET ")) continue;
      terminal.line(fmt::format("\ntry: curl --cacert {} {}", facts.ca->root_file().string(),
                                workflow.webhooks.front().substr(4)));
      break;
    }
  }
  std::fflush(stdout);
}

}  // namespace vaettir::app
