// Workflow: one version of a workflow, read from an n8n workflow file. Immutable and shared
// (shared_ptr<const Workflow>): an execution keeps the version it began with. Unknown node types,
// unknown keys and connections that lead nowhere are kept in source() byte for byte; notes() names
// what is odd. Which types can run is known by nodes/catalog.h, not here. Any thread.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "engine/model/item.h"

namespace vaettir::engine {

using NodeIndex = std::uint32_t;

enum class OnError : std::uint8_t { kStopWorkflow, kContinueRegularOutput, kContinueErrorOutput };

struct Node {
  std::string id;    // stable: derived from workflow id and name where the file has none
  std::string name;  // key of connections, run data and pinned data
  std::string type;  // "n8n-nodes-base.set"
  std::optional<double> version;  // nullopt: the newest default version of the type
  double x = 0;
  double y = 0;
  json::Value parameters;   // as in the file; {} where missing
  json::Value credentials;  // as in the file
  std::string webhook_id;
  bool disabled = false;
  bool always_output_data = false;
  bool execute_once = false;
  OnError on_error = OnError::kStopWorkflow;
  // Tries in all, 1 without retryOnFail; clamped to 2..5 as n8n does. Wait clamped to 0..5 s.
  int tries = 1;
  Duration wait_between_tries{};
};

// A connection between main inputs and outputs.
struct Edge {
  NodeIndex source = 0;
  std::uint32_t output = 0;
  NodeIndex target = 0;
  std::uint32_t input = 0;
};
// Any other kind ("ai_tool", "ai_languageModel"): the sub-node is the source.
struct TypedEdge {
  std::string type;
  Edge edge;
};

enum class ExecutionOrder : std::uint8_t { kV0, kV1 };  // a file without the setting is v0
enum class Save : std::uint8_t { kDefault, kAll, kNone };
enum class OnCrash : std::uint8_t { kAuto, kResume, kStop };

struct Settings {
  ExecutionOrder order = ExecutionOrder::kV0;
  std::string timezone;        // IANA name; empty: the program's
  std::string error_workflow;  // id; empty: none
  std::string caller_policy;
  std::string caller_ids;
  Save save_success = Save::kDefault;
  Save save_error = Save::kDefault;
  bool save_progress = false;
  std::optional<Duration> timeout;  // nullopt: the program's; kNoTimeout: none
  OnCrash on_crash = OnCrash::kAuto;
  json::Value all;  // the whole object as in the file
};
inline constexpr Duration kNoTimeout = Duration::max();

class Workflow {
 public:
  const std::string& id() const { return id_; }
  const std::string& name() const { return name_; }
  bool active() const { return active_; }  // as the file says
  const Settings& settings() const { return settings_; }

  std::span<const Node> nodes() const { return nodes_; }
  const Node& node(NodeIndex index) const { return nodes_[index]; }
  std::size_t size() const { return nodes_.size(); }
  // Of several nodes with one name the last one is meant, as in n8n.
  std::optional<NodeIndex> find(std::string_view name) const;

  // Main edges, by output, then as the file orders them / by input.
  std::span<const Edge> outgoing(NodeIndex node) const { return outgoing_[node]; }
  std::span<const Edge> incoming(NodeIndex node) const { return incoming_[node]; }
  std::span<const TypedEdge> other_edges() const { return other_edges_; }
  // Highest connected main input plus one (at least 1).
  std::uint32_t inputs(NodeIndex node) const;
  // Can items of `ancestor` reach `node` over main edges?
  bool is_ancestor(NodeIndex ancestor, NodeIndex node) const;
  // The output of `ancestor` by which its items reach `node`; 0 where they do not.
  std::uint32_t output_towards(NodeIndex ancestor, NodeIndex node) const;

  // Pinned items of a node; nullptr without.
  const Items* pinned(NodeIndex node) const;
  const json::Value& static_data() const { return static_data_; }

  // The bytes of the file (of the element, where a file holds an array of workflows).
  const std::string& source() const { return source_; }
  // Hex of SHA-256 over source(): names this version in the store.
  const std::string& version_id() const { return version_id_; }
  // What an importer should hear about: "connection from 'A' leads to 'B', which does not exist".
  std::span<const std::string> notes() const { return notes_; }

 private:
  friend class WorkflowReader;
  std::string id_;
  std::string name_;
  bool active_ = false;
  Settings settings_;
  std::vector<Node> nodes_;
  std::map<std::string, NodeIndex, std::less<>> by_name_;
  std::vector<std::vector<Edge>> outgoing_;
  std::vector<std::vector<Edge>> incoming_;
  std::vector<TypedEdge> other_edges_;
  std::map<NodeIndex, Items> pinned_;
  json::Value static_data_;
  std::string source_;
  std::string version_id_;
  std::vector<std::string> notes_;
};
using WorkflowPtr = std::shared_ptr<const Workflow>;

// Reads a workflow file: bare, `{nodes, connections}` only, wrapped ({workflow: ...}, {data: ...})
// or an array of them. `file_name` is for errors and, where the file has no id, what a stable id is
// made from. Errors: bad_request, "hello.json:3:7: what is wrong" or "hello.json: no nodes in it".
Result<std::vector<WorkflowPtr>> read_workflows(std::string_view text, std::string_view file_name);
// The same for text that holds exactly one, such as source() kept in the store; `id`, if not empty,
// is used where the text has none.
Result<WorkflowPtr> read_workflow(std::string_view text, std::string_view file_name,
                                  std::string_view id = {});

// 16 url-safe characters that are always the same for the same text.
std::string stable_id(std::string_view text);
// Hex of SHA-256.
std::string content_hash(std::string_view text);

}  // namespace vaettir::engine
