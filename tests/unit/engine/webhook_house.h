// WebhookHouse: the engine's webhooks in a test, without sockets: an edge loop that the test
// drives, workers on it or on a thread of their own, a store in memory, calls made by hand.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/http/exchange.h"
#include "base/http/service.h"
#include "engine/executor/version_cache.h"
#include "engine/executor/worker.h"
#include "engine/nodes/catalog.h"
#include "engine/store/execution_store.h"
#include "engine/store/schema.h"
#include "engine/triggers/activation.h"
#include "engine/triggers/webhook.h"

namespace vaettir::engine {

// A request made by hand; its answer is read by collect().
class HandCall final : public http::Exchange {
 public:
  HandCall(Loop& loop, std::string method, std::string target, std::string content = {})
      : Exchange(loop),
        method_(std::move(method)),
        target_(std::move(target)),
        content_(std::move(content)) {
    request.method = method_;
    request.target = target_;
    request.path = std::string_view(target_).substr(0, target_.find('?'));
    request.has_query = target_.find('?') != std::string::npos;
    if (request.has_query) request.query = std::string_view(target_).substr(target_.find('?') + 1);
    request.authority = request.host = "hooks.test";
    body = &content_;
    client.peer = net::Address::parse_host("127.0.0.1", 4711).value();
  }
  HandCall& with(std::string_view name, std::string_view value) {
    request.headers.add(name, value);
    return *this;
  }
  Task<Result<>> send() override { return Result<>(); }
  Task<Result<>> send_interim(std::uint16_t, const http::Headers&) override { return Result<>(); }

 private:
  const std::string method_;
  const std::string target_;
  http::TextBody content_;
};

struct HandAnswer {
  int status = 0;
  std::string body;
  std::string content_type;
  std::optional<Cause> cause;
};

inline Task<void> serve_and_read(http::Service& service, HandCall& call, HandAnswer& answer) {
  co_await service.serve(call);
  answer.status = call.reply.status;
  answer.cause = call.cause();
  answer.content_type = call.reply.headers.find(http::Name::kContentType).value_or("");
  if (call.reply.body) {
    Result<std::string> body = co_await http::read_all(*call.reply.body, 100 << 20);
    answer.body = body ? *std::move(body) : "unreadable: " + std::string(body.error().text());
  }
}

// A loop on a thread of its own, ended by its destructor.
class LoopThread {
 public:
  explicit LoopThread(std::string name) : loop(std::move(name)) {}
  ~LoopThread() { end(); }
  void begin() {
    thread_ = std::thread([this] { loop.run(); });
  }
  void end() {
    loop.stop();
    if (thread_.joinable()) thread_.join();
  }
  Loop loop;

 private:
  std::thread thread_;
};

class WebhookHouse {
 public:
  // threads 0: executions run on the edge loop.
  explicit WebhookHouse(std::size_t threads = 0, WorkerLimits limits = {},
                        std::unique_ptr<ExecutionStore> kept = nullptr,
                        Environment environment = {})
      : environment_(std::move(environment)),
        defaults_(execution_defaults(environment_).value()),
        edge("edge"),
        versions(catalog_, defaults_),
        store(kept ? std::move(kept)
                   : std::make_unique<ExecutionStore>(open_store({}).value(), "test")) {
    for (std::size_t n = 0; n < threads; ++n)
      threads_.push_back(std::make_unique<LoopThread>("engine"));
    if (threads == 0) add_worker(edge, limits);
    for (const auto& thread : threads_) add_worker(thread->loop, limits);
    std::vector<Worker*> all;
    for (const auto& worker : workers) all.push_back(worker.get());
    service = std::make_unique<WebhookService>(webhook_settings(environment_).value(),
                                               std::vector<Loop*>{&edge}, all);
    service->base_is("https://hooks.test");
  }
  ~WebhookHouse() {
    for (const auto& thread : threads_) thread->end();
    service.reset();
    workers.clear();
  }

  // Threads begin with the first activation, after observers and targets were set.
  void activate(std::vector<std::string> sources) {
    files_.clear();
    for (std::size_t n = 0; n < sources.size(); ++n) {
      const std::string name = "w" + std::to_string(n) + ".json";
      Result<std::vector<WorkflowPtr>> read = read_workflows(sources[n], name);
      files_.push_back({name, read ? *read : std::vector<WorkflowPtr>(),
                        read ? "" : std::string(read.error().text())});
    }
    std::vector<const WorkflowFile*> files;
    for (const WorkflowFile& file : files_) files.push_back(&file);
    activation = engine::activate(files, versions);
    std::vector<WorkflowPtr> active;
    for (const Activated& each : activation.workflows)
      if (each.workflow) active.push_back(each.workflow->prepared->workflow_ptr());
    ASSERT_TRUE(store->keep_versions(active, 1));
    service->publish(activation.table);
    if (!begun_)
      for (const auto& thread : threads_) thread->begin();
    begun_ = true;
    edge.turn(Duration::zero());
  }

  HandAnswer call(HandCall& call) {
    HandAnswer answer;
    Task<void> task = serve_and_read(*service, call, answer);
    run_until([&] { return task.done(); });
    return answer;
  }
  HandAnswer call(std::string method, std::string target, std::string content = {},
                  std::string content_type = {}) {
    HandCall made(edge, std::move(method), std::move(target), std::move(content));
    if (!content_type.empty()) made.with("Content-Type", content_type);
    return call(made);
  }
  void run_until(const std::function<bool()>& done) {
    const Deadline limit = Clock::now() + std::chrono::seconds(30);
    while (!done()) {
      ASSERT_LT(Clock::now(), limit) << "it did not end";
      edge.turn(std::chrono::milliseconds(5));
    }
  }
  void until_idle() {
    run_until([this] {
      for (const auto& worker : workers)
        if (worker->running() + worker->waiting() > 0) return false;
      return true;
    });
  }
  std::vector<ExecutionRow> rows() { return store->recent(1000).value(); }

  std::vector<ExecutionObserver*> observers;
  http::Directory* targets = nullptr;

 private:
  class LateDirectory final : public http::Directory {
   public:
    explicit LateDirectory(WebhookHouse& house) : house_(house) {}
    http::Service* find(std::string_view host) override {
      return house_.targets == nullptr ? nullptr : house_.targets->find(host);
    }

   private:
    WebhookHouse& house_;
  };
  void add_worker(Loop& loop, const WorkerLimits& limits) {
    ExecutionWorld world{.loop = loop,
                         .services = NodeServices{.loop = loop,
                                                  .clock = real_wall_clock(),
                                                  .entropy = real_entropy(),
                                                  .targets = &late_,
                                                  .client = nullptr,
                                                  .environment = &environment_},
                         .store = *store,
                         .clock = real_wall_clock(),
                         .log = nullptr,
                         .observers = {},
                         .byte_budget = limits.execution_bytes};
    workers.push_back(std::make_unique<Worker>(std::move(world), limits, versions,
                                               "test/" + std::to_string(workers.size())));
  }

  const Environment environment_;
  const ExecutionDefaults defaults_;
  const Catalog catalog_;
  LateDirectory late_{*this};
  std::vector<WorkflowFile> files_;
  bool begun_ = false;

 public:
  Loop edge;
  std::vector<std::unique_ptr<LoopThread>> threads_;
  VersionCache versions;
  std::unique_ptr<ExecutionStore> store;
  std::vector<std::unique_ptr<Worker>> workers;
  std::unique_ptr<WebhookService> service;
  Activation activation;
};

// A workflow file of nodes that follow each other: {name, type, version, parameters as JSON, more}.
struct FileNode {
  std::string name;
  std::string type;
  double version;
  std::string parameters = "{}";
  std::string more;  // ",\"disabled\":true"
};
inline std::string chain_file(const std::string& id, const std::vector<FileNode>& nodes,
                              const std::string& settings = R"("executionOrder":"v1")") {
  std::string list, links;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    const FileNode& node = nodes[n];
    list += fmt::format(
        R"({}{{"name":"{}","type":"n8n-nodes-base.{}","typeVersion":{},"position":[{},0],)"
        R"("webhookId":"hook-{}","parameters":{}{}}})",
        n == 0 ? "" : ",", node.name, node.type, node.version, n * 200, id, node.parameters,
        node.more);
    if (n > 0)
      links += fmt::format(R"({}"{}":{{"main":[[{{"node":"{}","type":"main","index":0}}]]}})",
                           n == 1 ? "" : ",", nodes[n - 1].name, node.name);
  }
  return fmt::format(
      R"({{"id":"{}","name":"{}","nodes":[{}],"connections":{{{}}},"settings":{{{}}}}})", id, id,
      list, links, settings);
}
inline FileNode hook(const std::string& path, const std::string& mode,
                     const std::string& options = "{}", const std::string& method = "POST") {
  return {"Hook", "webhook", 2,
          fmt::format(R"({{"httpMethod":"{}","path":"{}","responseMode":"{}","options":{}}})",
                      method, path, mode, options)};
}
inline FileNode set_field(const std::string& name, const std::string& field,
                          const std::string& value) {
  return {
      name, "set", 3.4,
      fmt::format(
          R"({{"assignments":{{"assignments":[{{"id":"1","name":"{}","value":"{}","type":"string"}}]}},)"
          R"("includeOtherFields":true,"options":{{}}}})",
          field, value)};
}
inline FileNode respond(const std::string& parameters = "{}") {
  return {"Respond", "respondToWebhook", 1.1, parameters};
}
inline const std::string kUnsaved = R"("executionOrder":"v1","saveDataSuccessExecution":"none")";

}  // namespace vaettir::engine
