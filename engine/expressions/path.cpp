#include "engine/expressions/path.h"

#include "engine/expressions/paired_item.h"
#include "engine/expressions/text_value.h"

namespace vaettir::engine {
namespace {

// Members that no data holds: lengths, characters of a text. Reading a member of nothing is
// swallowed by n8n: undefined.
json::Value computed_member(const json::Value& value, const Step& step) {
  if (value.is_array() && step.key == "length") return json::Value(value.size());
  if (!value.is_string()) return json::Value();
  if (step.key == "length") return json::Value(utf16_length(value.string()));
  if (!step.index) return json::Value();
  const std::optional<std::string> unit = utf16_unit(value.string(), *step.index);
  return unit ? json::Value(*unit) : json::Value();
}

class Evaluation {
 public:
  Evaluation(const Path& path, const Vantage& from, std::size_t item)
      : path_(path), from_(from), item_(item) {}

  Result<json::Value> run() {
    switch (path_.root) {
      case Root::kLiteral:
        return walk(path_.literal);
      case Root::kJson:
        return walk(own_item() ? own_item()->json : json::Value());
      case Root::kBinary:
        return walk(own_item() ? own_item()->binary : json::Value());
      case Root::kItemIndex:
        return walk(json::Value(item_));
      case Root::kRunIndex:
        return walk(json::Value(from_.run));
      case Root::kMode:
        return walk(json::Value(from_.execution.mode));
      case Root::kExecutionId:
        return walk(json::Value(from_.execution.id));
      case Root::kExecution:
        return walk(execution());
      case Root::kWorkflow:
        return walk(workflow());
      case Root::kPrevNode:
        return walk(previous_node());
      case Root::kEnv:
        return environment();
      case Root::kInputItem:
        return of_item(own_item());
      case Root::kInputFirst:
      case Root::kInputLast:
      case Root::kInputAll:
        return of_items(input());
      default:
        return of_node();
    }
  }

 private:
  json::Value walk(const json::Value& value, std::size_t first = 0) const {
    const json::Value* at = &value;
    json::Value computed;
    for (std::size_t i = first; i < path_.steps.size(); ++i) {
      const Step& step = path_.steps[i];
      if (at->is_object()) {
        at = &(*at)[step.key];
      } else if (at->is_array() && step.index) {
        at = &(*at)[*step.index];
      } else {
        computed = computed_member(*at, step);
        at = &computed;
      }
    }
    return *at;
  }

  Items input() const { return from_.inputs.empty() ? Items() : from_.inputs[0]; }
  const Item* own_item() const {
    if (from_.inputs.empty() || item_ >= from_.inputs[0].size()) return nullptr;
    return &from_.inputs[0][item_];
  }

  // The item as n8n's object, without making that object where one member is all that is wanted.
  json::Value of_item(const Item* item, std::size_t step = 0) const {
    if (item == nullptr) return json::Value();
    if (step < path_.steps.size()) {
      const std::string& key = path_.steps[step].key;
      if (key == "json") return walk(item->json, step + 1);
      if (key == "binary") return walk(item->binary, step + 1);
    }
    return walk(to_value(*item), step);
  }

  json::Value of_items(const Items& items) const {
    switch (path_.root) {
      case Root::kNodeFirst:
      case Root::kInputFirst:
        return of_item(items.empty() ? nullptr : &items[0]);
      case Root::kNodeLast:
      case Root::kInputLast:
        return of_item(items.empty() ? nullptr : &items[items.size() - 1]);
      default:
        break;
    }
    if (!path_.steps.empty()) {
      if (const std::optional<std::size_t> index = path_.steps[0].index) {
        return of_item(*index < items.size() ? &items[*index] : nullptr, 1);
      }
      if (path_.steps[0].key == "length") return walk(json::Value(items.size()), 1);
    }
    return walk(to_value(items));
  }

  Result<json::Value> of_node() const {
    const std::optional<NodeIndex> node = from_.workflow.find(path_.node);
    if (!node) {
      return fail(Cause::kWorkflowFailed,
                  fmt::format("the workflow has no node named '{}'", path_.node));
    }
    const std::size_t runs = from_.runs.runs(*node);
    if (path_.root == Root::kNodeExecuted) return walk(json::Value(runs > 0));
    if (path_.root == Root::kNodeItem) {
      TRY(const Item* item, paired_item(from_, *node, item_));
      return of_item(item);
    }
    if (runs == 0) {
      return fail(Cause::kWorkflowFailed, fmt::format("node '{}' has not run", path_.node));
    }
    const std::size_t run = path_.run.value_or(runs - 1);
    if (run >= runs) {
      return fail(Cause::kWorkflowFailed,
                  fmt::format("node '{}' has no run {}: it ran {} times", path_.node, run, runs));
    }
    const Items* items = from_.runs.output(*node, run, output_of(*node));
    return path_.root == Root::kNode ? same_position(items) : of_items(items ? *items : Items());
  }

  std::size_t output_of(NodeIndex node) const {
    if (path_.output) return *path_.output;
    return path_.root == Root::kItems ? 0 : from_.workflow.output_towards(node, from_.node);
  }

  // $node["X"].json and .data are the json of the item in the same position.
  Result<json::Value> same_position(const Items* items) const {
    if (items == nullptr || item_ >= items->size()) {
      return fail(Cause::kWorkflowFailed,
                  fmt::format("node '{}' has {} items, so none in the position of item {}: use "
                              "$('{}').first() or .all()",
                              path_.node, items ? items->size() : 0, item_, path_.node));
    }
    const Item& item = (*items)[item_];
    return walk(path_.steps[0].key == "binary" ? item.binary : item.json, 1);
  }

  json::Value execution() const {
    json::ObjectBuilder out;
    out.set("id", json::Value(from_.execution.id));
    out.set("mode", json::Value(from_.execution.is_test() ? "test" : "production"));
    if (!from_.execution.resume_url.empty()) {
      out.set("resumeUrl", json::Value(from_.execution.resume_url));
    }
    return out.finish();
  }

  json::Value workflow() const {
    json::ObjectBuilder out;
    out.set("id", json::Value(from_.workflow.id()));
    out.set("name", json::Value(from_.workflow.name()));
    out.set("active", json::Value(from_.workflow.active()));
    return out.finish();
  }

  json::Value previous_node() const {
    if (from_.sources.empty() || !from_.sources[0]) return json::Value::object({});
    const Source& source = *from_.sources[0];
    json::ObjectBuilder out;
    out.set("name", json::Value(from_.workflow.node(source.node).name));
    out.set("outputIndex", json::Value(std::size_t{source.output}));
    out.set("runIndex", json::Value(std::size_t{source.run}));
    return out.finish();
  }

  Result<json::Value> environment() const {
    if (from_.environment == nullptr) {
      return fail(Cause::kWorkflowFailed,
                  "access to environment variables ($env) is not allowed: "
                  "N8N_BLOCK_ENV_ACCESS_IN_NODE=false allows it");
    }
    if (path_.steps.empty()) {
      json::ObjectBuilder all;
      for (const auto& [name, value] : *from_.environment) all.set(name, json::Value(value));
      return all.finish();
    }
    const auto found = from_.environment->find(path_.steps[0].key);
    return walk(found == from_.environment->end() ? json::Value() : json::Value(found->second), 1);
  }

  const Path& path_;
  const Vantage& from_;
  std::size_t item_;
};

}  // namespace

Result<json::Value> Path::evaluate(const Vantage& from, std::size_t item) const {
  return Evaluation(*this, from, item).run();
}

}  // namespace vaettir::engine
