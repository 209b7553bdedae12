// HTTP Request: one request for each item, to a target in process or to any other host; the answers
// become items (facts: HTTP Request).
#include "engine/nodes/context.h"
#include "engine/nodes/http/answer.h"
#include "engine/nodes/http/call.h"
#include "engine/nodes/http/call_maker.h"
#include "engine/nodes/node.h"

namespace vaettir::engine {
namespace {

// Requests of one node that are under way together: enough to hide latency, few enough for the
// connections of one service.
constexpr std::size_t kMostAtOnce = 64;

using ItemsOfOne = Result<std::vector<Item>>;

Task<ItemsOfOne> request(const NodeContext& ctx, std::size_t item) {
  CallMaker maker(ctx, item);
  CO_TRY(HttpCall call, maker.make());
  Result<HttpAnswer> answer = co_await send_call(ctx.services(), std::move(call));
  if (!answer) {
    co_return std::unexpected(ctx.error(answer.error().cause(), answer.error().text()));
  }
  ItemsOfOne items = items_of(*answer, maker.format(), item);
  if (!items) co_return std::unexpected(ctx.error(items.error().cause(), items.error().text()));
  co_return items;
}

struct Batching {
  std::size_t size = 0;  // 0: no pauses
  Duration interval{};
  bool pauses_before(std::size_t item) const {
    return size > 0 && item > 0 && item % size == 0 && interval > Duration::zero();
  }
};

Result<Batching> batching(const NodeContext& ctx) {
  TRY(const json::Value batch, ctx.parameter("options.batching.batch", 0).value());
  Batching out;
  if (!batch.is_object()) return out;
  TRY(const double size, ctx.parameter("options.batching.batch.batchSize", 0).number());
  TRY(const double interval, ctx.parameter("options.batching.batch.batchInterval", 0).number());
  constexpr double kLongest = 3600 * 1000.0;  // an hour between two batches is long enough
  out.size = size < 1 ? 1 : static_cast<std::size_t>(size);
  out.interval = std::chrono::milliseconds(static_cast<int>(std::clamp(interval, 0.0, kLongest)));
  return out;
}

class HttpRequest final : public NodeType {
 public:
  Task<Result<Outputs>> run(NodeContext& ctx) const override {
    CO_TRY(const Batching pauses, batching(ctx));
    std::deque<Task<ItemsOfOne>> under_way;  // in the order of their items
    std::optional<Error> failed;
    Items out;
    std::size_t next = 0;
    for (std::size_t item = 0; item < ctx.items().size(); ++item) {
      while (!failed && next < ctx.items().size() && under_way.size() < kMostAtOnce) {
        if (pauses.pauses_before(next)) co_await sleep(ctx.loop(), pauses.interval);
        under_way.push_back(request(ctx, next++));
      }
      if (under_way.empty()) break;
      ItemsOfOne items = co_await std::move(under_way.front());
      under_way.pop_front();
      if (items) {
        for (Item& one : *items) out.push_back(std::move(one));
      } else if (ctx.continues_on_error()) {
        out.push_back(ctx.failed_item(items.error(), item));
      } else if (!failed) {
        // What is under way is not cut off: it may be a write that the other side has begun.
        failed = std::move(items.error());
      }
    }
    if (failed) co_return std::unexpected(*std::move(failed));
    co_return Outputs{std::move(out)};
  }

  Effect effect(const NodeContext& ctx) const override {
    const json::Value method = ctx.prepared().fixed_parameter("method");
    const std::string_view name = method.string_or("");
    return name == "GET" || name == "HEAD" || name == "OPTIONS" ? Effect::kRead : Effect::kWrite;
  }
};

}  // namespace

std::unique_ptr<const NodeType> make_http_request() { return std::make_unique<HttpRequest>(); }

}  // namespace vaettir::engine
