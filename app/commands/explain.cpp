// `vaettir explain METHOD URL`: which route takes a request, and why not the others.
#include "routes/explain.h"

#include "app/command.h"
#include "app/configuration.h"
#include "base/core/text.h"
#include "gateway/middleware/catalog.h"

namespace vaettir::app {
namespace {

struct Options {
  std::string method;
  std::string url;
  std::vector<std::string> headers;
  std::string from = "127.0.0.1";
  std::string config;
  std::string env_file;
  bool json = false;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

Result<Fields> parsed_headers(const std::vector<std::string>& lines) {
  Fields fields;
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string::npos) {
      return fail(Cause::kBadRequest,
                  fmt::format("-H '{}' is not a header: write it as 'Name: value'", line));
    }
    fields.emplace_back(line.substr(0, colon),
                        std::string(trim(std::string_view(line).substr(colon + 1))));
  }
  return fields;
}

Result<routes::LoadResult> loaded(const Options& options, const Environment& environment,
                                  const schema::Catalog& middlewares) {
  std::vector<routes::SourceFile> files;
  if (const auto main = main_file(options.config)) {
    TRY(files, read_configuration(*main, environment));
  }
  return routes::load({.files = std::move(files),
                       .environment = environment,
                       .middlewares = middlewares,
                       .targets = routes::targets_from_environment(environment),
                       .overrides = {}});
}

Result<int> explain_one(Terminal& terminal, const Options& options) {
  const auto main = main_file(options.config);
  TRY(Environment environment, effective_environment(env_file(options.env_file, main)));
  const schema::Catalog middlewares = gateway::middleware_catalog();
  TRY(routes::LoadResult result, loaded(options, environment, middlewares));
  if (!result.table) {
    std::fputs(result.report.render().c_str(), stderr);
    return fail(Cause::kBadRequest, "the configuration has errors: correct them first");
  }
  const auto from = routes::IpAddress::parse(options.from);
  if (!from) {
    return fail(Cause::kBadRequest, fmt::format("--from '{}' is not an IP address", options.from));
  }
  TRY(Fields headers, parsed_headers(options.headers));
  TRY(routes::ExplainRequest request,
      routes::explain_request(*result.table, options.method, options.url, std::move(headers),
                              *from));
  const routes::Explanation explanation = routes::explain(*result.table, request);
  terminal.print(options.json ? json::to_text(routes::to_json(explanation, result.report), 2) + "\n"
                              : routes::to_text(explanation, result.report));
  return explanation.route != nullptr ? kOk : kFailed;
}

Run declare(CLI::App& sub) {
  auto options = std::make_shared<Options>();
  sub.add_option("METHOD", options->method, "GET, POST, ...")->required();
  sub.add_option("URL", options->url, "Such as https://vaettir.localhost:8443/webhook/hello")
      ->required();
  sub.add_option("-H,--header", options->headers, "A field of the request: 'Name: value'")
      ->allow_extra_args(false);
  sub.add_option("--from", options->from, "Address of the client")->capture_default_str();
  sub.add_option("--config", options->config, "Main file (default: as for 'serve')");
  sub.add_option("--env-file", options->env_file, "For ${NAME} and <NAME>_TARGET_URL");
  sub.add_flag("--json", options->json, "For programs: one object");
  sub.footer("\nExit codes: 0 a route takes it, 1 none does, 2 the input was not understood.");
  return [options](Terminal& terminal) -> int {
    auto code = explain_one(terminal, *options);
    if (code) return *code;
    terminal.error(code.error().text());
    return kUsage;
  };
}

}  // namespace

extern const Command explain;
constinit const Command explain = {"explain", "Show which route takes a request, and why", declare};

}  // namespace vaettir::app
