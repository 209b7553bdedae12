// NodeBench: runs one node of a workflow, or all of them along their connections, in a test: with a
// loop, a catalog, targets in process and nothing from outside.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "base/async/loop.h"
#include "engine/nodes/catalog.h"
#include "engine/nodes/context.h"
#include "engine/nodes/lenient_json.h"
#include "engine/nodes/prepared.h"
#include "tests/unit/engine/fake_runs.h"

namespace vaettir::engine {

class StillClock final : public WallClockSource {
 public:
  WallTime now() override { return WallTime(std::chrono::seconds(1'700'000'000)); }
};

class CountingEntropy final : public Entropy {
 public:
  void fill(std::span<unsigned char> bytes) override {
    for (unsigned char& byte : bytes) byte = next_++;
  }

 private:
  unsigned char next_ = 0;
};

// A target that is a function.
class FunctionService final : public http::Service {
 public:
  explicit FunctionService(std::function<void(http::Exchange&, std::string)> answer)
      : answer_(std::move(answer)) {}
  Task<void> serve(http::Exchange& ex) override {
    Result<std::string> body = co_await http::read_all(*ex.body, 1'000'000);
    answer_(ex, body.value_or("unreadable"));
  }

 private:
  std::function<void(http::Exchange&, std::string)> answer_;
};

class Targets final : public http::Directory {
 public:
  http::Service* find(std::string_view host) override {
    const auto found = services_.find(host);
    return found == services_.end() ? nullptr : found->second.get();
  }
  void add(std::string name, std::unique_ptr<http::Service> service) {
    services_[std::move(name)] = std::move(service);
  }

 private:
  std::map<std::string, std::unique_ptr<http::Service>, std::less<>> services_;
};

class LastAnswer final : public Responder {
 public:
  bool respond(WebhookAnswer answer) override {
    if (given) return false;
    given = std::move(answer);
    return true;
  }
  std::optional<WebhookAnswer> given;
};

class NodeBench {
 public:
  NodeBench()
      : loop_("test"), services_{loop_, clock_, entropy_, &targets, nullptr, &environment} {}

  Targets targets;
  Environment environment;
  LastAnswer responder;
  bool with_responder = true;

  static json::Value value(std::string_view text) {
    Result<json::Value> parsed = parse_lenient_json(text);
    EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().text()) << "\n" << text;
    return parsed.value_or(json::Value());
  }

  // A workflow of a trigger ("Start") and one node ("Node") after it.
  void load_node(std::string_view type, double version, std::string_view parameters,
                 std::string_view more = "") {
    load(fmt::format(R"({{"id": "wf", "name": "Flow", "nodes": [
           {{"name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1}},
           {{"id": "node-id", "name": "Node", "type": "n8n-nodes-base.{}", "typeVersion": {},
             "parameters": {} {}}}],
           "connections": {{"Start": {{"main": [[{{"node": "Node"}}]]}}}}}})",
                     type, json::number_text(version), parameters, more));
  }
  void load(std::string_view text) {
    const Result<WorkflowPtr> workflow = read_workflow(json::to_text(value(text)), "flow.json");
    ASSERT_TRUE(workflow.has_value()) << workflow.error().text();
    workflow_ = PreparedWorkflow::prepare(*workflow, catalog_);
    runs_ = FakeRuns();
  }
  const PreparedWorkflow& workflow() const { return *workflow_; }
  const PreparedNode& node(std::string_view name = "Node") const {
    return workflow_->node(*workflow_->workflow().find(name));
  }
  const Catalog& catalog() const { return catalog_; }
  FakeRuns& runs() { return runs_; }

  // Runs the node "Node" with items that "Start" gave.
  Result<Outputs> run(std::string_view items, std::string_view name = "Node") {
    const Items input = items_from_value(value(items));
    const NodeIndex start = 0;
    runs_ = FakeRuns();
    runs_.add(start, {{input}, {}});
    return run(*workflow_->workflow().find(name), {input}, {Source{start, 0, 0}});
  }
  Result<Outputs> run(NodeIndex node, std::vector<Items> inputs,
                      std::vector<std::optional<Source>> sources) {
    NodeContext ctx(NodeRun{.workflow = *workflow_,
                            .node = node,
                            .run = runs_.runs(node),
                            .inputs = std::move(inputs),
                            .sources = std::move(sources),
                            .runs = runs_,
                            .execution = execution_,
                            .responder = with_responder ? &responder : nullptr},
                    services_);
    effect_ = workflow_->node(node).type()->effect(ctx);
    Task<Result<Outputs>> task = workflow_->node(node).type()->run(ctx);
    for (int turns = 0; !task.done() && turns < 10'000; ++turns) {
      loop_.turn(std::chrono::milliseconds(10));
    }
    if (!task.done()) return fail(Cause::kInternal, "the node does not end");
    return task.take();
  }
  Effect effect() const { return effect_; }
  Loop& loop() { return loop_; }

  // The json of one output as a list, or the error.
  static std::string shown(const Result<Outputs>& outputs, std::size_t output = 0) {
    if (!outputs) return "error: " + std::string(outputs.error().text());
    if (output >= outputs->size()) return "no such output";
    std::vector<json::Value> list;
    for (const Item& item : (*outputs)[output]) list.push_back(item.json);
    return json::to_text(json::Value::array(std::move(list)));
  }

 private:
  Loop loop_;
  StillClock clock_;
  CountingEntropy entropy_;
  Catalog catalog_;
  NodeServices services_;
  std::shared_ptr<const PreparedWorkflow> workflow_;
  FakeRuns runs_;
  ExecutionFacts execution_{"1", "manual", ""};
  Effect effect_ = Effect::kPure;
};

}  // namespace vaettir::engine
