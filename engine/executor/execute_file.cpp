// `vaettir execute`: one execution of one file on a loop that this call drives.
#include <fmt/format.h>

#include <utility>

#include "base/http/client.h"
#include "engine/engine.h"
#include "engine/executor/error_value.h"
#include "engine/executor/execution.h"
#include "engine/executor/run_data_view.h"
#include "engine/executor/worker.h"
#include "engine/nodes/catalog.h"
#include "engine/store/execution_store.h"

namespace vaettir::engine {
namespace {

constexpr std::string_view kManualTrigger = "n8n-nodes-base.manualTrigger";
constexpr std::chrono::milliseconds kTurn{100};

Result<WorkflowPtr> read_one(const std::filesystem::path& file) {
  TRY(const std::string text, read_file(file));
  TRY(std::vector<WorkflowPtr> workflows, read_workflows(text, file.filename().string()));
  if (workflows.size() != 1)
    return fail(Cause::kBadRequest, fmt::format("{}: it holds {} workflows, one was expected",
                                                file.string(), workflows.size()));
  return workflows.front();
}

Result<NodeIndex> start_node(const PreparedWorkflow& prepared) {
  std::vector<NodeIndex> triggers;
  std::string names;
  for (NodeIndex index = 0; index < prepared.workflow().size(); ++index) {
    const PreparedNode& node = prepared.node(index);
    if (!node.is_trigger() || node.node().disabled) continue;
    if (node.node().type == kManualTrigger) return index;
    triggers.push_back(index);
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", node.node().name);
  }
  if (triggers.size() == 1) return triggers.front();
  if (triggers.empty()) return fail(Cause::kBadRequest, "the workflow has no trigger to start at");
  return fail(Cause::kBadRequest,
              fmt::format("the workflow has several triggers ({}) and no Manual Trigger: which one "
                          "to start at is not clear",
                          names));
}

Result<Items> read_input(const std::optional<std::filesystem::path>& input) {
  if (!input) return Items({Item{.json = json::Value::object({})}});
  TRY(const std::string text, read_file(*input));
  auto value = json::parse(text);
  if (!value)
    return fail(Cause::kBadRequest, fmt::format("{}: {}", input->string(), value.error().text()));
  if (value->is_object()) value = json::Value::array({*value});
  const bool usable =
      value->is_array() && std::ranges::all_of(value->elements(), &json::Value::is_object);
  if (!usable)
    return fail(Cause::kBadRequest,
                fmt::format("{}: expected a list of items, each an object", input->string()));
  return items_from_value(*value);
}

ExecuteOutcome outcome(const Execution& execution) {
  const State& state = execution.state();
  ExecuteOutcome out;
  out.succeeded = state.status() == ExecutionState::kSuccess;
  out.status = status_name(state.status());
  if (!out.succeeded) out.error = error_sentence(state.error());
  out.report = json::ObjectBuilder()
                   .set("status", out.status)
                   .set("data", run_data_view(execution.workflow().workflow(), state))
                   .finish();
  return out;
}

}  // namespace

Result<ExecuteOutcome> execute_file(EngineOptions options, Loop& loop,
                                    const std::filesystem::path& file,
                                    const std::optional<std::filesystem::path>& input) {
  if (options.clock == nullptr) options.clock = &real_wall_clock();
  if (options.entropy == nullptr) options.entropy = &real_entropy();
  const Catalog catalog;
  TRY(const ExecutionDefaults defaults, execution_defaults(options.environment));
  TRY(const WorkflowPtr workflow, read_one(file));
  const auto prepared = PreparedWorkflow::prepare(workflow, catalog);
  if (const std::vector<std::string> problems = obstacles(*prepared); !problems.empty())
    return fail(Cause::kBadRequest, fmt::format("{}: {}", file.string(), problems.front()));
  TRY(const NodeIndex trigger, start_node(*prepared));
  TRY(Items items, read_input(input));
  auto loaded = std::make_shared<LoadedWorkflow>(prepared, defaults);
  loaded->save_success = false;  // there is nobody to look at it later
  loaded->save_error = false;
  TRY(const std::unique_ptr<ExecutionStore> store, ExecutionStore::open({}, "execute"));
  http::FetchClient client(loop);
  ExecutionWorld world{
      .loop = loop,
      .services = NodeServices{.loop = loop,
                               .clock = *options.clock,
                               .entropy = *options.entropy,
                               .targets = options.directory ? options.directory(loop) : nullptr,
                               .client = &client,
                               .environment = visible_environment(options.environment)},
      .store = *store,
      .clock = *options.clock,
      .log = options.log,
      .observers = {},
      .byte_budget = WorkerLimits{}.execution_bytes};
  Execution execution(
      world, ExecutionStart{.id = 1,
                            .attempt = 1,
                            .workflow = loaded,
                            .mode = "cli",
                            .begin = Begin{.trigger = trigger, .start_output = 0, .items = items},
                            .state = std::nullopt,
                            .create = NewExecution{.workflow_id = workflow->id(),
                                                   .workflow_version = workflow->version_id(),
                                                   .mode = "cli",
                                                   .created_ms = epoch_ms(options.clock->now()),
                                                   .claimed = Lease{"execute", 0}},
                            .next_sequence = 0,
                            .start_output = 0,
                            .caller = nullptr});
  Task<void> running = execution.run();
  while (!running.done()) loop.turn(kTurn);
  running.take();
  if (!execution.state().ended())
    return fail(Cause::kInternal, "the execution was given up; the log says why");
  return outcome(execution);
}

}  // namespace vaettir::engine
