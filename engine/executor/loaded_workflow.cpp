#include "engine/executor/loaded_workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/core/text.h"

namespace vaettir::engine {
namespace {

Result<> read_seconds(const Environment& environment, std::string_view name, Duration& into) {
  const auto found = environment.find(name);
  if (found == environment.end() || found->second.empty()) return {};
  const auto seconds = parse_integer(found->second);
  // A century is as good as none, and stays far from the end of the clock.
  constexpr std::int64_t kMostSeconds = 100LL * 366 * 24 * 3600;
  if (!seconds || *seconds > kMostSeconds)
    return fail(Cause::kBadRequest,
                fmt::format("{} must be a number of seconds or -1, not '{}'", name, found->second));
  into = *seconds <= 0 ? kNoTimeout : Duration(std::chrono::seconds(*seconds));
  return {};
}

Result<> read_saving(const Environment& environment, std::string_view name, bool& into) {
  const auto found = environment.find(name);
  if (found == environment.end() || found->second.empty()) return {};
  if (found->second != "all" && found->second != "none")
    return fail(Cause::kBadRequest,
                fmt::format("{} must be all or none, not '{}'", name, found->second));
  into = found->second == "all";
  return {};
}

bool decide(Save setting, bool otherwise) {
  return setting == Save::kDefault ? otherwise : setting == Save::kAll;
}

}  // namespace

Result<ExecutionDefaults> execution_defaults(const Environment& environment) {
  ExecutionDefaults defaults;
  TRY_OK(read_seconds(environment, "EXECUTIONS_TIMEOUT", defaults.timeout));
  TRY_OK(read_seconds(environment, "EXECUTIONS_TIMEOUT_MAX", defaults.longest_timeout));
  TRY_OK(read_saving(environment, "EXECUTIONS_DATA_SAVE_ON_SUCCESS", defaults.save_success));
  TRY_OK(read_saving(environment, "EXECUTIONS_DATA_SAVE_ON_ERROR", defaults.save_error));
  return defaults;
}

const Environment* visible_environment(const Environment& environment) {
  const auto blocked = environment.find("N8N_BLOCK_ENV_ACCESS_IN_NODE");
  return blocked != environment.end() && blocked->second == "true" ? nullptr : &environment;
}

LoadedWorkflow::LoadedWorkflow(std::shared_ptr<const PreparedWorkflow> bound,
                               const ExecutionDefaults& defaults)
    : prepared(std::move(bound)),
      graph(Graph::of(*prepared)),
      save_success(decide(workflow().settings().save_success, defaults.save_success)),
      save_error(decide(workflow().settings().save_error, defaults.save_error)),
      timeout(workflow().settings().timeout.value_or(defaults.timeout)) {
  if (timeout != kNoTimeout) timeout = std::min(timeout, defaults.longest_timeout);
}

std::vector<std::string> obstacles(const PreparedWorkflow& prepared) {
  std::vector<std::string> found;
  if (prepared.workflow().settings().order != ExecutionOrder::kV1)
    found.push_back(
        "settings.executionOrder is not v1: workflows of the old order (v0) cannot be run yet; "
        "set it to v1 in the workflow's settings");
  for (const UnsupportedNode& node : prepared.unsupported()) found.push_back(node.text());
  return found;
}

}  // namespace vaettir::engine
