// Wire: one end of a socket pair as a test's hand, the other a stream of the code under test. The
// loop is driven by the test; nothing runs in threads.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/loop.h"
#include "base/net/fd.h"
#include "base/net/stream.h"

namespace vaettir::http {

// Turns the loop until the condition holds; false after five seconds.
bool pump(Loop& loop, const std::function<bool()>& holds);
// A few turns, for what must not happen.
void settle(Loop& loop);

class Wire {
 public:
  Wire(Loop& loop, Side side);
  std::unique_ptr<net::Stream> take_stream() { return std::move(stream_); }

  void send(std::string_view bytes);
  // Everything that has arrived so far.
  const std::string& received();
  bool ended();           // the other side has closed
  void shutdown_write();  // half-close
  void close();
  // What arrives until the condition on the text holds; fails the test otherwise.
  std::string receive_until(const std::function<bool(const std::string&)>& holds);
  std::string receive_text(std::string_view text);
  std::string receive_all();  // until the end
  std::size_t unsent() const { return outgoing_.size(); }

 private:
  void flush();
  Loop& loop_;
  net::UniqueFd fd_;
  std::unique_ptr<net::Stream> stream_;
  std::string outgoing_;
  std::string received_;
  bool ended_ = false;
};

struct Answer {
  int status = 0;
  std::string head;
  std::string body;  // decoded
};
// The complete responses at the front of `bytes`; what follows them goes to `rest`. Interim ones
// are left out. The answers' framing is read strictly: a break in it ends the list.
std::vector<Answer> answers_in(std::string_view bytes, std::string* rest = nullptr,
                               bool to_head = false);

}  // namespace vaettir::http
