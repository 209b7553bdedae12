// `vaettir target set|list|reset`: where services under development are reached, changed while
// requests flow.
#include "app/admin_client.h"
#include "app/command.h"
#include "app/data_directory.h"
#include "base/core/text.h"
#include "base/core/time.h"

namespace vaettir::app {
namespace {

struct Options {
  std::string data;
  std::string name;
  std::string url;
  std::string ttl;
  bool json = false;
};

std::filesystem::path directory_of(const Options& options) {
  return data_directory(options.data, process_environment());
}

// 400, 404 and 422 blame what was typed; everything else the running program.
int exit_code_of(long status) { return status >= 400 && status < 500 ? kUsage : kFailed; }

std::string age_text(double seconds) {
  const auto whole = std::chrono::seconds(static_cast<std::int64_t>(seconds));
  if (whole < std::chrono::minutes(1)) return fmt::format("{} s", whole.count());
  if (whole < std::chrono::hours(2)) return fmt::format("{} min", whole.count() / 60);
  if (whole < std::chrono::days(2)) return fmt::format("{} h", whole.count() / 3600);
  return fmt::format("{} d", whole.count() / 86400);
}

void print_table(Terminal& terminal, const json::Value& targets) {
  if (targets.empty()) {
    terminal.line(
        "No targets. Set NAME_TARGET_URL in the environment, or: vaettir target set NAME URL");
    return;
  }
  std::size_t name_width = 4;
  std::size_t url_width = 7;
  for (const json::Value& each : targets.elements()) {
    name_width = std::max(name_width, each["name"].string_or("").size());
    url_width = std::max(url_width, each["url"].string_or("").size());
  }
  terminal.line(terminal.styled(
      Style::kBold, fmt::format("{:<{}}  {:<{}}  {:<11}  {:<7}  {}", "NAME", name_width, "ADDRESS",
                                url_width, "SOURCE", "AGE", "STATE")));
  for (const json::Value& each : targets.elements()) {
    const std::string_view state = each["state"].string_or("unknown");
    const Style style = state == "up" ? Style::kGood : state == "down" ? Style::kBad : Style::kDim;
    std::string told = terminal.styled(style, state);
    if (const auto cause = each["cause"].string_or(""); !cause.empty()) {
      told += " (" + std::string(cause) + ")";
    }
    if (const auto expires = each["expires"].string_or(""); !expires.empty()) {
      told += ", until " + std::string(expires);
    }
    terminal.line(fmt::format("{:<{}}  {:<{}}  {:<11}  {:<7}  {}", each["name"].string_or(""),
                              name_width, each["url"].string_or("(not set)"), url_width,
                              each["source"].string_or(""),
                              age_text(each["age_seconds"].number_or(0)), told));
  }
}

int finish(Terminal& terminal, const Result<AdminAnswer>& answer, const Options& options,
           const std::string& done) {
  if (!answer) {
    terminal.error(answer.error().text());
    return kFailed;
  }
  if (answer->status >= 300) {
    terminal.error(problem_text(*answer));
    return exit_code_of(answer->status);
  }
  terminal.line(options.json ? json::to_text(answer->body, 2) : done);
  return kOk;
}

int set(Terminal& terminal, const Options& options) {
  json::ObjectBuilder body;
  body.set("url", options.url);
  if (!options.ttl.empty()) {
    if (!parse_duration(options.ttl)) {
      terminal.error(
          fmt::format("--ttl '{}' is not a duration such as 30m, 8h or 90s", options.ttl));
      return kUsage;
    }
    body.set("ttl", options.ttl);
  }
  const auto answer =
      ask_admin(directory_of(options), "PUT", "/api/targets/" + percent_encode(options.name),
                json::to_text(body.finish()));
  return finish(terminal, answer, options,
                fmt::format("{} -> {}", options.name, options.url) +
                    (options.ttl.empty() ? "" : " for " + options.ttl));
}

int reset(Terminal& terminal, const Options& options) {
  const auto answer =
      ask_admin(directory_of(options), "DELETE", "/api/targets/" + percent_encode(options.name));
  return finish(terminal, answer, options,
                options.name + " is back to what environment and files say");
}

int list(Terminal& terminal, const Options& options) {
  const auto answer = ask_admin(directory_of(options), "GET", "/api/targets");
  if (!answer || answer->status >= 300 || options.json) {
    return finish(terminal, answer, options, "");
  }
  print_table(terminal, answer->body["targets"]);
  return kOk;
}

Run declare(CLI::App& sub) {
  auto options = std::make_shared<Options>();
  auto common = [options](CLI::App* each) {
    each->add_option("--data", options->data, "Data directory of the running program");
    each->add_flag("--json", options->json, "For programs: the answer as JSON");
    return each;
  };
  sub.require_subcommand(1);
  CLI::App* setter = common(sub.add_subcommand("set", "Send a name's requests to another address"));
  setter->add_option("NAME", options->name, "Name of the target, as in http://NAME:8000")
      ->required();
  setter->add_option("URL", options->url, "Where it runs now, such as https://abc.ngrok-free.app")
      ->required();
  setter->add_option("--ttl", options->ttl, "Forget this address after a while, such as 8h");
  CLI::App* lister = common(sub.add_subcommand("list", "Address, source, age and state of each"));
  CLI::App* resetter = common(
      sub.add_subcommand("reset", "Forget what was set by hand: environment and files rule"));
  resetter->add_option("NAME", options->name, "Name of the target")->required();
  return [options, setter, lister](Terminal& terminal) {
    if (setter->parsed()) return set(terminal, *options);
    if (lister->parsed()) return list(terminal, *options);
    return reset(terminal, *options);
  };
}

}  // namespace

extern const Command target;
constinit const Command target = {"target", "Move services under development, live", declare};

}  // namespace vaettir::app
