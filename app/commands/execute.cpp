// `vaettir execute --file W.json`: one execution of one workflow file, without a server.
#include "app/command.h"
#include "app/configuration.h"
#include "app/targets_here.h"
#include "engine/engine.h"

namespace vaettir::app {
namespace {

struct Options {
  std::string file;
  std::string input;
  std::string env_file;
  bool json = false;
};

Result<engine::ExecuteOutcome> execute_once(const Options& options) {
  TRY(Environment environment, effective_environment(env_file(options.env_file, std::nullopt)));
  Loop loop("execute");
  // Targets of the environment are reached as in `serve`; none of them has a server here.
  TargetsHere targets(loop, environment);
  engine::EngineOptions engine;
  engine.environment = without_own_secrets(environment);
  engine.directory = [&targets](Loop&) { return targets.directory(); };
  std::optional<std::filesystem::path> input;
  if (!options.input.empty()) input = options.input;
  return engine::execute_file(std::move(engine), loop, options.file, input);
}

Run declare(CLI::App& sub) {
  auto options = std::make_shared<Options>();
  sub.add_option("--file", options->file, "Workflow file, as exported by n8n")->required();
  sub.add_option("--input", options->input,
                 "JSON array of items that takes the place of the trigger's output");
  sub.add_option("--env-file", options->env_file,
                 "For $env and <NAME>_TARGET_URL (default: .env in the working directory)");
  sub.add_flag("--json", options->json, "Print the whole run data of every node");
  sub.footer(
      "\nExit codes: 0 success, 1 the execution failed, 2 the file or the input cannot be used.");
  return [options](Terminal& terminal) -> int {
    auto outcome = execute_once(*options);
    if (!outcome) {
      terminal.error(outcome.error().text());
      return kUsage;
    }
    if (options->json) {
      terminal.line(json::to_text(outcome->report, 2));
    } else if (outcome->succeeded) {
      terminal.line(terminal.styled(Style::kGood, outcome->status));
    }
    if (!outcome->succeeded) terminal.error(outcome->error);
    return outcome->succeeded ? kOk : kFailed;
  };
}

}  // namespace

extern const Command execute;
constinit const Command execute = {"execute", "Run one workflow file once and print what happened",
                                   declare};

}  // namespace vaettir::app
