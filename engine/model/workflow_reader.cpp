// Reads workflow files as people have them: exported, copied from templates, written by hand. What
// n8n ignores is ignored and noted; only what leaves nothing to run is an error.
#include <cmath>

#include "base/core/text.h"
#include "engine/model/workflow.h"

namespace vaettir::engine {

class WorkflowReader {
 public:
  WorkflowReader(std::string_view file_name, std::string_view source, std::string_view id)
      : file_name_(file_name), given_id_(id), workflow_(std::make_shared<Workflow>()) {
    workflow_->source_ = source;
    workflow_->version_id_ = content_hash(source);
  }

  Result<WorkflowPtr> read(const json::Value& root) {
    if (!root["nodes"].is_array()) {
      return fail(Cause::kBadRequest,
                  fmt::format("{}: this is no workflow: 'nodes' must be a list", file_name_));
    }
    read_head(root);
    read_nodes(root["nodes"]);
    read_connections(root["connections"]);
    read_settings(root["settings"]);
    read_pinned(root["pinData"]);
    read_static_data(root["staticData"]);
    return WorkflowPtr(std::move(workflow_));
  }

 private:
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    workflow_->notes_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  static std::string text_of(const json::Value& value) {
    if (value.is_number()) return json::number_text(value.number());
    return std::string(value.string_or(""));
  }

  std::string_view file_stem() const {
    std::string_view stem = file_name_.substr(file_name_.find_last_of('/') + 1);
    if (stem.ends_with(".json")) stem.remove_suffix(5);
    return stem;
  }

  void read_head(const json::Value& root) {
    workflow_->name_ = text_of(root["name"]);
    if (workflow_->name_.empty()) workflow_->name_ = file_stem();
    workflow_->id_ = text_of(root["id"]);
    if (workflow_->id_.empty()) workflow_->id_ = given_id_;
    if (workflow_->id_.empty()) {
      // The file's name, not its content: an edited file stays the same workflow.
      workflow_->id_ = stable_id(fmt::format(
          "workflow\n{}", file_stem().empty() ? workflow_->source_ : std::string(file_stem())));
    }
    workflow_->active_ =
        root.has("active") ? root["active"].boolean_or(false) : root["activeVersionId"].is_string();
  }

  void read_nodes(const json::Value& nodes) {
    std::set<std::string, std::less<>> ids;
    for (const json::Value& entry : nodes.elements()) {
      if (!entry.is_object()) {
        note("an entry of 'nodes' is no node and is left out");
        continue;
      }
      Node node = read_node(entry);
      if (!ids.insert(node.id).second) note("two nodes have the id '{}'", node.id);
      const NodeIndex index = static_cast<NodeIndex>(workflow_->nodes_.size());
      if (!workflow_->by_name_.emplace(node.name, index).second) {
        note("two nodes are named '{}': connections and expressions mean the last one", node.name);
        workflow_->by_name_[node.name] = index;
      }
      workflow_->nodes_.push_back(std::move(node));
    }
    workflow_->outgoing_.resize(workflow_->nodes_.size());
    workflow_->incoming_.resize(workflow_->nodes_.size());
  }

  Node read_node(const json::Value& entry) {
    Node node;
    node.type = text_of(entry["type"]);
    node.name = text_of(entry["name"]);
    if (node.name.empty()) {
      node.name = fmt::format("{} {}", node.type.substr(node.type.find_last_of('.') + 1),
                              workflow_->nodes_.size() + 1);
      note("a node of type {} has no name and is called '{}'", node.type, node.name);
    }
    node.id = text_of(entry["id"]);
    if (node.id.empty()) {
      node.id = stable_id(fmt::format("node\n{}\n{}", workflow_->id_, node.name));
    }
    node.version = read_version(entry["typeVersion"], node.name);
    read_position(entry["position"], node);
    node.parameters =
        entry["parameters"].is_object() ? entry["parameters"] : json::Value::object({});
    node.credentials = entry["credentials"];
    node.webhook_id = text_of(entry["webhookId"]);
    node.disabled = entry["disabled"].boolean_or(false);
    node.always_output_data = entry["alwaysOutputData"].boolean_or(false);
    node.execute_once = entry["executeOnce"].boolean_or(false);
    read_failure(entry, node);
    return node;
  }

  std::optional<double> read_version(const json::Value& value, std::string_view name) {
    if (value.is_number()) return value.number();
    if (value.is_string()) {
      double number = 0;
      const std::string_view text = value.string();
      if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc()) {
        return number;
      }
      note("node '{}': typeVersion '{}' is no number", name, text);
    }
    return std::nullopt;
  }

  static void read_position(const json::Value& value, Node& node) {
    if (value.is_array()) {
      node.x = value[0].number_or(0);
      node.y = value[1].number_or(0);
    } else {
      node.x = value["x"].number_or(0);
      node.y = value["y"].number_or(0);
    }
  }

  static void read_failure(const json::Value& entry, Node& node) {
    const std::string_view on_error = entry["onError"].string_or("");
    if (on_error == "continueErrorOutput") {
      node.on_error = OnError::kContinueErrorOutput;
    } else if (on_error == "continueRegularOutput" ||
               (on_error.empty() && entry["continueOnFail"].boolean_or(false))) {
      node.on_error = OnError::kContinueRegularOutput;
    }
    if (!entry["retryOnFail"].boolean_or(false)) return;
    // n8n's bounds and defaults; a 0 counts as not set.
    const double tries = entry["maxTries"].number_or(3);
    const double wait = entry["waitBetweenTries"].number_or(1000);
    node.tries = static_cast<int>(std::clamp(tries == 0 ? 3.0 : tries, 2.0, 5.0));
    node.wait_between_tries =
        std::chrono::milliseconds(static_cast<int>(std::clamp(wait, 0.0, 5000.0)));
  }

  void read_connections(const json::Value& connections) {
    if (connections.is_undefined()) return;
    if (!connections.is_object()) return note("'connections' is no object and is left out");
    for (const json::Member& member : connections.members()) {
      const std::optional<NodeIndex> source = end_of_connection(member.key(), "comes from");
      if (!source) continue;
      if (!member.value.is_object()) {
        note("the connections of '{}' are no object and are left out", member.key());
        continue;
      }
      for (const json::Member& kind : member.value.members()) {
        read_outputs(*source, kind.key(), kind.value);
      }
    }
  }

  void read_outputs(NodeIndex source, std::string_view kind, const json::Value& outputs) {
    if (!outputs.is_array()) return;
    for (std::size_t output = 0; output < outputs.size(); ++output) {
      const json::Value& targets = outputs[output];
      if (!targets.is_array()) continue;  // null: nothing is connected to this output
      for (const json::Value& target : targets.elements()) {
        read_edge(source, static_cast<std::uint32_t>(output), kind, target);
      }
    }
  }

  void read_edge(NodeIndex source, std::uint32_t output, std::string_view kind,
                 const json::Value& target) {
    const std::string& from = workflow_->nodes_[source].name;
    if (!target.is_object() || !target["node"].is_string()) {
      return note("a connection of '{}' names no node and is left out", from);
    }
    const std::optional<NodeIndex> to =
        end_of_connection(target["node"].string(), fmt::format("from '{}' leads to", from));
    if (!to) return;
    const double index = target["index"].number_or(0);
    // More inputs than any node type has; a file that says otherwise is damaged.
    constexpr double kMostInputs = 1000;
    if (index < 0 || index >= kMostInputs) {
      return note("a connection from '{}' to '{}' has no valid input number", from,
                  target["node"].string());
    }
    const Edge edge{source, output, *to, static_cast<std::uint32_t>(index)};
    if (kind == "main" && target["type"].string_or("main") == "main") {
      workflow_->outgoing_[source].push_back(edge);
      std::vector<Edge>& incoming = workflow_->incoming_[*to];
      const auto by_input = [](const Edge& a, const Edge& b) { return a.input < b.input; };
      incoming.insert(std::upper_bound(incoming.begin(), incoming.end(), edge, by_input), edge);
    } else {
      workflow_->other_edges_.push_back({std::string(kind), edge});
    }
  }

  // n8n knows nodes by name alone: a connection that names an id leads nowhere there, and here.
  std::optional<NodeIndex> end_of_connection(std::string_view name, std::string_view what) {
    if (const std::optional<NodeIndex> found = workflow_->find(name)) return found;
    for (const Node& node : workflow_->nodes_) {
      if (node.id != name) continue;
      note("a connection {} '{}', which is the id of '{}': connections go by name", what, name,
           node.name);
      return std::nullopt;
    }
    note("a connection {} '{}', which does not exist", what, name);
    return std::nullopt;
  }

  static Save save_of(const json::Value& value) {
    if (value.string_or("") == "all") return Save::kAll;
    return value.string_or("") == "none" ? Save::kNone : Save::kDefault;
  }

  void read_settings(const json::Value& settings) {
    Settings& out = workflow_->settings_;
    out.all = settings.is_object() ? settings : json::Value::object({});
    if (!settings.is_nothing() && !settings.is_object()) {
      note("'settings' is no object and is left out");
    }
    const json::Value& all = out.all;
    if (all["executionOrder"].string_or("") == "v1") out.order = ExecutionOrder::kV1;
    const std::string_view timezone = all["timezone"].string_or("DEFAULT");
    if (timezone != "DEFAULT") out.timezone = timezone;
    out.error_workflow = text_of(all["errorWorkflow"]);
    if (out.error_workflow == "DEFAULT") out.error_workflow.clear();
    out.caller_policy = text_of(all["callerPolicy"]);
    out.caller_ids = text_of(all["callerIds"]);
    out.save_success = save_of(all["saveDataSuccessExecution"]);
    out.save_error = save_of(all["saveDataErrorExecution"]);
    out.save_progress = all["saveExecutionProgress"].boolean_or(false);
    const double timeout = all["executionTimeout"].number_or(0);
    constexpr double kLongest = 1e9;  // seconds: beyond it a Duration would overflow
    if (timeout < 0) out.timeout = kNoTimeout;
    if (timeout > 0) {
      out.timeout = std::chrono::seconds(static_cast<std::int64_t>(std::min(timeout, kLongest)));
    }
    const std::string_view on_crash = all["onCrash"].string_or("auto");
    if (on_crash == "resume") out.on_crash = OnCrash::kResume;
    if (on_crash == "stop") out.on_crash = OnCrash::kStop;
  }

  void read_pinned(const json::Value& pinned) {
    if (!pinned.is_object()) return;
    for (const json::Member& member : pinned.members()) {
      const std::optional<NodeIndex> node = workflow_->find(member.key());
      if (!node) {
        note("pinned data of '{}', which does not exist", member.key());
      } else if (member.value.is_array()) {
        workflow_->pinned_[*node] = items_from_value(member.value);
      }
    }
  }

  void read_static_data(const json::Value& value) {
    workflow_->static_data_ = value;
    if (!value.is_string()) return;
    if (Result<json::Value> parsed = json::parse(value.string())) {
      workflow_->static_data_ = *std::move(parsed);
    }
  }

  std::string_view file_name_;
  std::string_view given_id_;
  std::shared_ptr<Workflow> workflow_;
};

namespace {

// Files that a site or an API wrapped around the workflow: {workflow: {workflow: ...}}, {data:
// ...}.
const json::Value& unwrapped(const json::Value& value) {
  constexpr int kLayers = 3;  // as many as were seen, and one
  const json::Value* inner = &value;
  for (int layer = 0; layer < kLayers && !inner->has("nodes"); ++layer) {
    if ((*inner)["workflow"].is_object()) {
      inner = &(*inner)["workflow"];
    } else if ((*inner)["data"].is_object()) {
      inner = &(*inner)["data"];
    } else {
      break;
    }
  }
  return *inner;
}

// The text of each element of a JSON array that is known to be valid.
std::vector<std::string_view> element_texts(std::string_view text) {
  std::vector<std::string_view> texts;
  std::size_t at = text.find('[') + 1;
  std::size_t begin = at;
  int depth = 0;
  for (bool quoted = false; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') ++at;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == ']')) {
      texts.push_back(text.substr(begin, at - begin));
      begin = at + 1;
      if (c == ']') break;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return texts;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// "line 3 column 7: what" -> "hello.json:3:7: what".
Error located(std::string_view file_name, const Error& error) {
  const std::string text(error.text());
  int line = 0;
  int column = 0;
  int used = 0;
  if (std::sscanf(text.c_str(), "line %d column %d: %n", &line, &column, &used) == 2 && used > 0) {
    return Error(error.cause(),
                 fmt::format("{}:{}:{}: {}", file_name, line, column, text.substr(used)));
  }
  return Error(error.cause(), fmt::format("{}: {}", file_name, text));
}

}  // namespace

Result<std::vector<WorkflowPtr>> read_workflows(std::string_view text, std::string_view file_name) {
  Result<json::Value> root = json::parse(text);
  if (!root) return std::unexpected(located(file_name, root.error()));
  std::vector<WorkflowPtr> workflows;
  if (!root->is_array()) {
    TRY(WorkflowPtr workflow, WorkflowReader(file_name, text, {}).read(unwrapped(*root)));
    workflows.push_back(std::move(workflow));
    return workflows;
  }
  const std::vector<std::string_view> texts = element_texts(text);
  for (std::size_t i = 0; i < root->size(); ++i) {
    // Several workflows of one file without ids must not share one.
    const std::string id =
        i == 0 ? std::string() : stable_id(fmt::format("workflow\n{}\n{}", file_name, i));
    TRY(WorkflowPtr workflow,
        WorkflowReader(file_name, without_blanks(texts[i]), id).read(unwrapped((*root)[i])));
    workflows.push_back(std::move(workflow));
  }
  if (workflows.empty()) {
    return fail(Cause::kBadRequest, fmt::format("{}: no workflows in it", file_name));
  }
  return workflows;
}

Result<WorkflowPtr> read_workflow(std::string_view text, std::string_view file_name,
                                  std::string_view id) {
  Result<json::Value> root = json::parse(text);
  if (!root) return std::unexpected(located(file_name, root.error()));
  if (!root->is_array()) return WorkflowReader(file_name, text, id).read(unwrapped(*root));
  TRY(std::vector<WorkflowPtr> workflows, read_workflows(text, file_name));
  if (workflows.size() != 1) {
    return fail(Cause::kBadRequest,
                fmt::format("{}: {} workflows where one is expected", file_name, workflows.size()));
  }
  return std::move(workflows.front());
}

}  // namespace vaettir::engine
