#include "engine/triggers/webhook.h"

#include <fmt/format.h>

#include <utility>

#include "base/core/text.h"
#include "engine/triggers/cors.h"
#include "engine/triggers/webhook_answer.h"
#include "engine/triggers/webhook_call.h"
#include "engine/triggers/webhook_guard.h"
#include "engine/triggers/webhook_refusal.h"

namespace vaettir::engine {
namespace {

// When a full mailbox is worth another try: it empties within a second, or the machine is too
// small.
constexpr std::string_view kRetrySeconds = "1";

// The caller of a webhook, on the loop of its execution.
class WebhookCaller final : public Caller {
 public:
  WebhookCaller(WebhookPtr webhook, ReplySender reply, Loop& engine_loop)
      : webhook_(std::move(webhook)), reply_(std::move(reply)), loop_(engine_loop) {}
  ResponseMode mode() const override { return webhook_->setup.response_mode; }
  void accepted() override { answer(received_answer(webhook_->setup)); }
  void answer(WebhookAnswer answer) override {
    std::move(reply_).send(std::move(answer), loop_.janitor());
  }
  void ended(const State& state) override {
    Result<WebhookAnswer> made = final_answer(webhook_->setup, state);
    if (made)
      answer(*std::move(made));
    else
      refuse(std::move(made).error());
  }
  void refuse(Error error) override { std::move(reply_).refuse(std::move(error)); }

 private:
  const WebhookPtr webhook_;
  ReplySender reply_;
  Loop& loop_;
};

// The path behind "/<endpoint>/"; nullopt: another endpoint.
std::optional<std::string_view> behind(std::string_view path, std::string_view endpoint) {
  if (!path.starts_with('/') || !path.substr(1).starts_with(endpoint)) return std::nullopt;
  path.remove_prefix(1 + endpoint.size());
  if (path.empty() || path.front() != '/') return std::nullopt;
  return path;
}

Result<> read_number(const Environment& environment, std::string_view name, std::int64_t most,
                     std::int64_t& into) {
  const auto found = environment.find(name);
  if (found == environment.end() || found->second.empty()) return {};
  const auto number = parse_integer(found->second);
  if (!number || *number < 0 || *number > most)
    return fail(Cause::kBadRequest, fmt::format("{} must be a number from 0 to {}, not '{}'", name,
                                                most, found->second));
  into = *number;
  return {};
}

void read_word(const Environment& environment, std::string_view name, std::string& into) {
  const auto found = environment.find(name);
  if (found != environment.end() && !found->second.empty()) into = found->second;
}

}  // namespace

Result<WebhookSettings> webhook_settings(const Environment& environment) {
  // One execution may keep 256 MiB, and a body is there twice while it is read.
  constexpr std::int64_t kMostMebibytes = 96;
  WebhookSettings settings;
  std::int64_t mebibytes = 16;
  std::int64_t hops = 0;
  std::string sandbox_off;
  TRY_OK(read_number(environment, "N8N_PAYLOAD_SIZE_MAX", kMostMebibytes, mebibytes));
  TRY_OK(read_number(environment, "N8N_PROXY_HOPS", 100, hops));
  settings.payload_bytes = static_cast<std::size_t>(mebibytes) << 20;
  settings.proxy_hops = static_cast<int>(hops);
  read_word(environment, "N8N_ENDPOINT_WEBHOOK", settings.endpoint);
  read_word(environment, "N8N_ENDPOINT_WEBHOOK_TEST", settings.test_endpoint);
  read_word(environment, "N8N_INSECURE_DISABLE_WEBHOOK_IFRAME_SANDBOX", sandbox_off);
  settings.trust_html = sandbox_off == "true";
  return settings;
}

WebhookService::WebhookService(WebhookSettings settings, const std::vector<Loop*>& edge_loops,
                               std::vector<Worker*> workers)
    : settings_(std::move(settings)), workers_(std::move(workers)) {
  CHECK(!workers_.empty());
  for (Loop* loop : edge_loops) {
    slots_.push_back(std::make_unique<Slot>(*loop));
    for (Worker* worker : workers_)
      if (&worker->loop() == loop) slots_.back()->own = worker;
    slots_.back()->next = slots_.size() % workers_.size();
  }
}

void WebhookService::publish(std::shared_ptr<const WebhookTable> table,
                             std::shared_ptr<std::latch> applied) {
  for (const std::unique_ptr<Slot>& slot : slots_)
    slot->loop.post([slot = slot.get(), table, applied] {
      slot->table = table;
      if (applied) applied->count_down();
    });
}

std::string WebhookService::url(std::string_view path) const {
  return fmt::format("{}/{}/{}", base_, settings_.endpoint, path);
}

WebhookService::Slot* WebhookService::slot_of(const Loop& loop) {
  for (const std::unique_ptr<Slot>& slot : slots_)
    if (&slot->loop == &loop) return slot.get();
  return nullptr;
}

// The one with the least to do; from another start each time, so that idle ones take turns.
Worker& WebhookService::pick(Slot& slot) {
  if (slot.own != nullptr) return *slot.own;
  const auto load = [](const Worker& worker) { return worker.waiting() + worker.running(); };
  Worker* best = workers_[slot.next];
  for (Worker* worker : workers_)
    if (load(*worker) < load(*best)) best = worker;
  slot.next = (slot.next + 1) % workers_.size();
  return *best;
}

Task<void> WebhookService::serve(http::Exchange& ex) {
  Slot* slot = slot_of(ex.loop());
  CHECK(slot != nullptr);  // app/ names every edge loop
  if (stopping_.load(std::memory_order_relaxed) || !slot->table)
    co_return ex.refuse(Cause::kShuttingDown);
  const std::optional<std::string_view> rest = behind(ex.request.path, settings_.endpoint);
  if (!rest) {
    const bool test = behind(ex.request.path, settings_.test_endpoint).has_value();
    co_return refuse_webhook(
        ex, Cause::kWorkflowNotFound, 0,
        test ? "Test webhooks come with the editor; call the production URL under /" +
                   settings_.endpoint + "/ of an active workflow."
             : "No workflow listens at this address.");
  }
  const std::optional<std::string> path = webhook_path(*rest);
  if (!path) co_return ex.refuse(Cause::kBadRequest, "a broken percent escape in the path");
  WebhookTable::Found found = slot->table->find(ex.request.method, *path);
  const bool asks = ex.request.method == "OPTIONS" || ex.request.headers.has(http::Name::kOrigin);
  if (found.webhook != nullptr && !asks) [[likely]] {
    WebhookPtr webhook = *found.webhook;
    co_return co_await run(ex, *slot, std::move(found), std::move(webhook));
  }
  // The views point into the table, which a publication may replace while the body is read.
  const std::shared_ptr<const WebhookTable> table = slot->table;
  const std::vector<std::string_view> methods = table->methods(*path);
  if (found.webhook == nullptr && (ex.request.method != "OPTIONS" || methods.empty()))
    co_return refuse_unknown(ex, *path, methods);
  if (found.webhook == nullptr) {
    const auto wanted = ex.request.headers.find("Access-Control-Request-Method");
    const WebhookTable::Found meant = table->find(wanted.value_or(methods.front()), *path);
    const bool known = meant.webhook != nullptr;
    co_return answer_preflight(ex, known ? (*meant.webhook)->setup.allowed_origins : "*", methods);
  }
  WebhookPtr webhook = *found.webhook;
  co_await run(ex, *slot, std::move(found), webhook);
  add_cors_fields(ex, webhook->setup.allowed_origins, methods);
}

Task<Result<std::string>> WebhookService::read_body(http::Exchange& ex) {
  CO_TRY(std::string body, co_await http::read_all(*ex.body, settings_.payload_bytes));
  const auto encoding = ex.request.headers.find(http::Name::kContentEncoding);
  if (!encoding) co_return body;
  co_return inflate(trim(*encoding), std::move(body), settings_.payload_bytes);
}

Task<void> WebhookService::run(http::Exchange& ex, Slot& slot, WebhookTable::Found found,
                               WebhookPtr webhook) {
  found.webhook = &webhook;  // the table may be replaced while the body is read
  if (auto reason = reason_to_refuse(*webhook, ex, settings_.proxy_hops))
    co_return ex.refuse(Cause::kBlockedIp, *std::move(reason));
  Result<std::string> body = co_await read_body(ex);
  if (!body) co_return ex.refuse(std::move(body).error());
  std::expected<Item, UnreadableBody> item =
      webhook_item(ex.request, found, url(webhook->setup.path), *std::move(body));
  if (!item)
    co_return refuse_webhook(ex, Cause::kBadRequest, item.error().status, item.error().message);

  Worker& worker = pick(slot);
  auto receiver = std::make_unique<ReplyReceiver>(ex.loop(), worker.loop());
  Trigger trigger{
      .workflow = webhook->workflow,
      .mode = "webhook",
      .begin = {.trigger = webhook->node,
                .start_output = webhook->setup.output,
                .items = Items({*std::move(item)})},
      .caller = std::make_unique<WebhookCaller>(webhook, receiver->sender(), worker.loop())};
  switch (worker.post(trigger, ex.loop())) {
    case Taken::kYes:
      break;
    case Taken::kFull:
      ex.refuse(Cause::kQueueFull);
      ex.reply.headers.add(http::Name::kRetryAfter, kRetrySeconds);
      co_return;
    case Taken::kStopping:
      co_return ex.refuse(Cause::kShuttingDown);
  }
  Result<ReplyPart> part = co_await receiver->next();
  if (!part) co_return ex.refuse(std::move(part).error());
  fill(ex, *std::move(part), std::move(receiver));
}

void WebhookService::fill(http::Exchange& ex, ReplyPart part,
                          std::unique_ptr<ReplyReceiver> receiver) {
  if (part.error) {
    if (part.error->cause() == Cause::kWorkflowFailed)
      return refuse_webhook(ex, Cause::kWorkflowFailed, 0, std::string(part.error->text()));
    return ex.refuse(*std::move(part.error));
  }
  if (part.head->status < 200 || part.head->status > 599)
    return refuse_webhook(ex, Cause::kWorkflowFailed, 0,
                          fmt::format("The response code {} cannot be sent.", part.head->status));
  ex.reply = http::Reply{};
  ex.reply.status = part.head->status;
  for (const auto& [name, value] : safe_fields(std::move(part.head->headers), settings_.trust_html))
    ex.reply.headers.add(ex.arena().copy(name), ex.arena().copy(value));
  if (!part.last)
    ex.reply.body = std::make_unique<ReplyBody>(std::move(receiver), std::move(part.bytes));
  else if (!part.bytes.empty())
    ex.reply.body = std::make_unique<http::TextBody>(std::move(part.bytes));
}

}  // namespace vaettir::engine
