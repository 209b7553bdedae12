// The way an answer goes back from the loop that runs an execution to the edge loop whose client
// waits: a channel of parts. A short answer is one part. A long one is sent in chunks as the client
// takes them: four are on their way at most, and each one taken gives a credit back.
//   edge loop:   ReplyReceiver   owns the channel; destroying it says that the client has gone
//   engine loop: ReplySender     moves into the Trigger's Caller
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/async/channel.h"
#include "base/async/loop.h"
#include "base/async/scope.h"
#include "base/http/body.h"
#include "engine/nodes/webhook_setup.h"

namespace vaettir::engine {

struct ReplyHead {
  std::uint16_t status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
};
struct ReplyPart {
  std::optional<ReplyHead> head;  // of the first part
  std::string bytes;
  std::optional<Error> error;  // instead of an answer; the last part
  bool last = false;
};

inline constexpr std::size_t kReplyChunkBytes = 64 * 1024;
inline constexpr int kReplyCredits = 4;

// How many chunks may still be sent. Shared by both sides; its count belongs to the engine loop.
class ReplyCredits {
 public:
  explicit ReplyCredits(Loop& engine_loop)
      : mailbox_(engine_loop.mailbox()), changed_(engine_loop) {}
  // Any thread: a part was taken, or nobody takes any more.
  static void give_back(const std::shared_ptr<ReplyCredits>& credits);

  // The engine loop:
  int left = kReplyCredits;
  Event& changed() { return changed_; }

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  Event changed_;
};

class ReplySender {
 public:
  ReplySender(Sender<ReplyPart> sender, std::shared_ptr<ReplyCredits> credits)
      : sender_(std::move(sender)), credits_(std::move(credits)) {}

  // On the engine loop. What does not fit at once is sent by a task of `scope`.
  void send(WebhookAnswer answer, Scope& scope) &&;
  void refuse(Error error) &&;

 private:
  static Task<void> pump(Sender<ReplyPart> sender, std::shared_ptr<ReplyCredits> credits,
                         std::string body);
  Sender<ReplyPart> sender_;
  std::shared_ptr<ReplyCredits> credits_;
};

// On the edge loop; owned by the exchange's task, then by the reply's body.
class ReplyReceiver {
 public:
  ReplyReceiver(Loop& edge_loop, Loop& engine_loop);
  ~ReplyReceiver();
  ReplyReceiver(const ReplyReceiver&) = delete;
  ReplyReceiver& operator=(const ReplyReceiver&) = delete;

  ReplySender sender() { return {channel_.sender(), credits_}; }
  // The next part. Errors (internal): the execution ended without an answer.
  Task<Result<ReplyPart>> next();

 private:
  Channel<ReplyPart> channel_;
  std::shared_ptr<ReplyCredits> credits_;
  bool over_ = false;  // the last part has come
};

// The rest of a long answer.
class ReplyBody final : public http::Body {
 public:
  ReplyBody(std::unique_ptr<ReplyReceiver> receiver, std::string first)
      : receiver_(std::move(receiver)), bytes_(std::move(first)) {}
  Task<Result<http::Chunk>> read() override;

 private:
  std::unique_ptr<ReplyReceiver> receiver_;
  std::string bytes_;
  bool fresh_ = true;  // bytes_ were not read yet
  bool last_ = false;
};

}  // namespace vaettir::engine
