// `vaettir check FILE...`: every mistake in configuration files, with file, line and column.
#include "routes/check.h"

#include "app/command.h"
#include "app/configuration.h"
#include "gateway/middleware/catalog.h"

namespace vaettir::app {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string env_file;
  routes::CheckOptions how;
};

int check_files(Terminal& terminal, const Options& options) {
  const auto environment = effective_environment(env_file(options.env_file, options.files.front()));
  if (!environment) {
    terminal.error(environment.error().text());
    return kUsage;
  }
  auto files = read_files(options.files, *environment);
  if (!files) {
    terminal.error(files.error().text());
    return kUsage;
  }
  const schema::Catalog middlewares = gateway::middleware_catalog();
  const routes::LoadInput input{.files = *std::move(files),
                                .environment = *environment,
                                .middlewares = middlewares,
                                .targets = routes::targets_from_environment(*environment),
                                .overrides = {}};
  const routes::CheckOutput output = routes::check(input, options.how);
  terminal.print(output.text);
  return output.exit_code;
}

Run declare(CLI::App& sub) {
  auto options = std::make_shared<Options>();
  sub.add_option("FILE", options->files, "Main file, route files, or both")
      ->required()
      ->expected(1, -1);
  sub.add_option("--env-file", options->env_file, "For ${NAME} (default: .env beside the files)");
  sub.add_flag("--json", options->how.json, "For programs: one object with all diagnostics");
  sub.add_flag("--print-effective", options->how.print_effective,
               "Also print the configuration with all defaults filled in");
  sub.footer(
      "\nExit codes: 0 no errors (notices are fine), 1 errors, 2 a file cannot be read or the "
      "command line is wrong.");
  return [options](Terminal& terminal) { return check_files(terminal, *options); };
}

}  // namespace

extern const Command check;
constinit const Command check = {"check", "Check configuration files: file, line, column, remedy",
                                 declare};

}  // namespace vaettir::app
