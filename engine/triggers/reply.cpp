#include "engine/triggers/reply.h"

namespace vaettir::engine {

void ReplyCredits::give_back(const std::shared_ptr<ReplyCredits>& credits) {
  credits->mailbox_->post([credits] {
    ++credits->left;
    credits->changed_.set();
  });
}

void ReplySender::send(WebhookAnswer answer, Scope& scope) && {
  ReplyPart first{.head = ReplyHead{answer.status, std::move(answer.headers)},
                  .bytes = {},
                  .error = std::nullopt,
                  .last = answer.body.size() <= kReplyChunkBytes};
  if (first.last) {
    first.bytes = std::move(answer.body);
    sender_.finish(std::move(first));
    return;
  }
  if (!sender_.send(std::move(first))) return;  // the client has gone
  scope.spawn(pump(std::move(sender_), std::move(credits_), std::move(answer.body)));
}

void ReplySender::refuse(Error error) && {
  sender_.finish(
      ReplyPart{.head = std::nullopt, .bytes = {}, .error = std::move(error), .last = true});
}

// Ends when all is sent or nobody takes any more: a client that stands still is ended by the idle
// limit of its own connection, which destroys the receiver.
Task<void> ReplySender::pump(Sender<ReplyPart> sender, std::shared_ptr<ReplyCredits> credits,
                             std::string body) {
  --credits->left;  // for the head
  for (std::size_t at = 0; at < body.size(); at += kReplyChunkBytes) {
    while (credits->left == 0) {
      credits->changed().reset();
      co_await credits->changed().wait();
    }
    --credits->left;
    ReplyPart part{.head = std::nullopt,
                   .bytes = body.substr(at, kReplyChunkBytes),
                   .error = std::nullopt,
                   .last = at + kReplyChunkBytes >= body.size()};
    const bool taken = part.last ? sender.finish(std::move(part)) : sender.send(std::move(part));
    if (!taken) co_return;
  }
}

ReplyReceiver::ReplyReceiver(Loop& edge_loop, Loop& engine_loop)
    : channel_(edge_loop, kReplyCredits + 1),
      credits_(std::make_shared<ReplyCredits>(engine_loop)) {}

ReplyReceiver::~ReplyReceiver() {
  // Wakes a pump that waits for a credit, so that it sees the closed channel.
  if (!over_) ReplyCredits::give_back(credits_);
}

Task<Result<ReplyPart>> ReplyReceiver::next() {
  std::optional<ReplyPart> part = co_await channel_.receive();
  over_ = !part || part->last;
  if (!part) co_return fail(Cause::kInternal, "the execution ended without an answer");
  if (!over_) ReplyCredits::give_back(credits_);
  co_return *std::move(part);
}

Task<Result<http::Chunk>> ReplyBody::read() {
  if (!fresh_ && last_) co_return http::Chunk{{}, true};
  if (!fresh_) {
    CO_TRY(ReplyPart part, co_await receiver_->next());
    bytes_ = std::move(part.bytes);
    last_ = part.last;
  }
  fresh_ = false;
  co_return http::Chunk{bytes_, last_};
}

}  // namespace vaettir::engine
