// Engine: the workflows of this process: it loads and activates workflow files, answers their
// webhooks and runs their executions. app/ opens one before its loops run and destroys it after
// they have ended (stop() first). The edge loops call webhooks(); executions run on the engine
// loops, or, where there are none, on the edge loops themselves. Members say which thread may call.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async/loop.h"
#include "base/core/json.h"
#include "base/core/result.h"
#include "base/core/system.h"
#include "base/http/service.h"

namespace vaettir::observe {
class Log;
}

namespace vaettir::engine {

struct EngineOptions {
  // What $env shows and where the names people already have are read: WEBHOOK_URL,
  // N8N_PAYLOAD_SIZE_MAX, EXECUTIONS_TIMEOUT, EXECUTIONS_DATA_SAVE_ON_SUCCESS and the like.
  Environment environment;
  // The directory that holds store.db; empty: a store in memory, gone with the engine. The caller
  // holds the directory's lock: no other process writes this store.
  std::filesystem::path data;
  std::filesystem::path workflows;  // folder of workflow files, followed; empty: none
  std::vector<Loop*> edge_loops;    // every loop that calls webhooks()
  std::vector<Loop*> engine_loops;  // where executions run; empty: on edge_loops
  // Asked once for each loop that runs executions, before it runs: how a workflow's request finds
  // a target on that loop. Empty, or nullptr as the answer: requests go out by the usual client.
  std::function<http::Directory*(Loop&)> directory;
  WallClockSource* clock = nullptr;  // nullptr: the real one
  Entropy* entropy = nullptr;        // nullptr: the real one
  observe::Log* log = nullptr;       // nullptr: silent
};

// One workflow file (or stored workflow), for the start report and the API.
struct WorkflowStatus {
  std::string file;  // path of the file; empty for one that came otherwise
  std::string id;
  std::string name;
  bool active = false;
  std::vector<std::string> webhooks;  // "GET https://vaettir.localhost:8443/webhook/hello"
  std::vector<std::string> problems;  // why it is not active; names node and reason
};

// One execution, as the store knows it.
struct ExecutionStatus {
  std::string id;
  std::string workflow_id;
  std::string status;  // facts/n8n.md 2.1: new, running, success, error, canceled, crashed
  std::string mode;
  std::string last_node;  // of a failed or crashed one: the node it happened at
  std::string error;      // its message
};

class Engine {
 public:
  // Opens and migrates the store. Errors: store_unavailable, with the file and the reason (a newer
  // schema, no space), bad_request for a setting that cannot be read.
  static Result<std::unique_ptr<Engine>> open(EngineOptions options);
  ~Engine();  // after the loops have ended
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Loads the folder, publishes the webhooks, resumes what a crash or a stop left over, and follows
  // the folder from then on. `webhook_base` ("https://vaettir.localhost:8443") is where webhooks
  // are reached unless WEBHOOK_URL or N8N_HOST say otherwise. Before the loops run or after; not on
  // a loop. Files that cannot be activated are in status(), they do not fail the start.
  void start(std::string webhook_base);

  // Looks at the folder now and returns when every edge loop that runs uses the result. Not on a
  // loop.
  void rescan();

  // The webhook paths: /webhook/..., /webhook-test/.... On any edge loop. Lives as long as this.
  http::Service& webhooks();

  std::vector<WorkflowStatus> status() const;  // any thread
  // The newest executions first; waits for the store. Not on a loop.
  Result<std::vector<ExecutionStatus>> executions(std::size_t limit) const;
  std::size_t running() const;  // executions at work; any thread
  std::size_t waiting() const;  // executions in the mailboxes; any thread

  // New webhook calls are refused (shutting_down); returns when the running executions have ended
  // or `grace` is over: those left are cancelled and resumed by the next start. The loops still
  // run. Not on a loop.
  void stop(Duration grace);

 private:
  struct State;
  explicit Engine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// `vaettir execute`: one execution of one file, at its manual trigger or, without one, at its only
// trigger.
struct ExecuteOutcome {
  bool succeeded = false;
  std::string status;  // success, error, canceled
  json::Value report;  // {"status", "data": {"resultData": {"runData": ...}}}: facts/n8n.md 2.2
  std::string error;   // of a failed one: "node 'X': message"
};
// Drives `loop`, which nobody else runs, until the execution has ended. `input` is a JSON array of
// items ({"json": {...}} or plain objects) or one object; it takes the place of the trigger's
// output. The store is in memory; data and workflows of the options are not used, nor are the
// loops. Errors (bad_request): the file, the input or the workflow cannot be run, and why.
Result<ExecuteOutcome> execute_file(EngineOptions options, Loop& loop,
                                    const std::filesystem::path& file,
                                    const std::optional<std::filesystem::path>& input);

}  // namespace vaettir::engine
