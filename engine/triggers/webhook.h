// WebhookService: webhooks as an http::Service, called on the edge loops in process. It finds the
// webhook in this loop's table, reads the body, posts one Trigger to a worker and awaits the
// answer. The engine owns it; it outlives the exchanges. A client that goes away destroys serve()'s
// task; the execution goes on.
#pragma once
#include <atomic>
#include <latch>
#include <memory>
#include <string>
#include <vector>

#include "base/core/system.h"
#include "base/http/service.h"
#include "engine/executor/worker.h"
#include "engine/triggers/reply.h"
#include "engine/triggers/webhook_table.h"

namespace vaettir::engine {

struct WebhookSettings {
  std::string endpoint = "webhook";            // N8N_ENDPOINT_WEBHOOK
  std::string test_endpoint = "webhook-test";  // N8N_ENDPOINT_WEBHOOK_TEST
  // N8N_PAYLOAD_SIZE_MAX, in MiB. A body is kept whole until its item is made.
  std::size_t payload_bytes = std::size_t{16} << 20;
  int proxy_hops = 0;       // N8N_PROXY_HOPS
  bool trust_html = false;  // N8N_INSECURE_DISABLE_WEBHOOK_IFRAME_SANDBOX
};
// Errors: bad_request, naming the variable.
Result<WebhookSettings> webhook_settings(const Environment& environment);

class WebhookService final : public http::Service {
 public:
  // The workers outlive the service. An edge loop with a worker of its own uses that one.
  WebhookService(WebhookSettings settings, const std::vector<Loop*>& edge_loops,
                 std::vector<Worker*> workers);

  Task<void> serve(http::Exchange& ex) override;

  // Any thread. `table` is used by each loop from its next request on; `applied`, if given, counts
  // down for each.
  void publish(std::shared_ptr<const WebhookTable> table,
               std::shared_ptr<std::latch> applied = nullptr);
  // Where webhooks are reached: "https://vaettir.localhost:8443". Before the first request.
  void base_is(std::string base) { base_ = std::move(base); }
  // "https://vaettir.localhost:8443/webhook/hello".
  std::string url(std::string_view path) const;
  void refuse_new() { stopping_.store(true, std::memory_order_relaxed); }
  std::size_t loops() const { return slots_.size(); }

 private:
  struct Slot {
    explicit Slot(Loop& of) : loop(of) {}
    Loop& loop;
    std::shared_ptr<const WebhookTable> table;  // the loop's own reference
    Worker* own = nullptr;                      // the worker on this loop, if there is one
    std::size_t next = 0;                       // of the workers, to be asked first
  };
  Slot* slot_of(const Loop& loop);
  Worker& pick(Slot& slot);
  Task<void> run(http::Exchange& ex, Slot& slot, WebhookTable::Found found, WebhookPtr webhook);
  Task<Result<std::string>> read_body(http::Exchange& ex);
  void fill(http::Exchange& ex, ReplyPart part, std::unique_ptr<ReplyReceiver> receiver);

  const WebhookSettings settings_;
  std::string base_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Worker*> workers_;
  std::atomic<bool> stopping_{false};
};

}  // namespace vaettir::engine
