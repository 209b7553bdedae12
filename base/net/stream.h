// Stream: one connected byte stream: TCP, a unix socket, TLS over either. Owned by whoever serves
// or leases the connection; lives on one loop; destroying it closes the connection.
//
// The operations are awaiters, not coroutines: the system call is made first, and only when the
// kernel has nothing to give is the task suspended; so an operation that succeeds at once costs
// neither a frame nor a registration. At most one task waits for reading, one for writing and one
// in wait_closed(). Destroying the waiting task cancels the operation, at any moment; a task that
// still waits when the stream is destroyed never goes on. Deadlines less than kExactBelow away are
// exact, later ones are looked at once a second.
#pragma once
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/async/loop.h"
#include "base/async/sleep.h"
#include "base/core/result.h"
#include "base/net/fd.h"
#include "base/net/socket.h"

namespace vaettir::net {

// What was agreed in a handshake; the views live as long as the stream.
struct TlsInfo {
  std::string server_name;   // of the ClientHello, lower case; empty: none was sent
  std::string alpn;          // empty: none agreed
  std::string_view version;  // "TLSv1.3"
  std::string_view cipher;   // "TLS_AES_128_GCM_SHA256"
  bool resumed = false;
};

class Stream : public Swept {
 public:
  // What try_read and try_write answer beside a number of bytes.
  static constexpr std::ptrdiff_t kWouldBlock = -1;
  static constexpr std::ptrdiff_t kFailed = -2;
  static constexpr Duration kExactBelow = std::chrono::seconds(2);
  // What one connection may read in one turn of the loop before others are served.
  static constexpr std::size_t kFairBytes = 512 * 1024;

  class Read;
  class Readable;
  class Write;
  class WaitClosed;

  virtual ~Stream();

  // At least one byte into `into` (which may be the loop's scratch: it is filled right before the
  // task goes on). 0: the peer has ended orderly. Errors: timeout or reset of the stream's side.
  Read read(std::span<char> into, Deadline deadline);
  // All of it, or an error; what the kernel does not take at once is copied before the task is
  // suspended, so the bytes may be views of the loop's scratch. A head and a body leave in one
  // system call, and as one TLS record where they fit.
  Write write(std::span<const char> bytes, Deadline deadline);
  Write write(std::span<const char> head, std::span<const char> body, Deadline deadline);
  // Until a read would not have to wait: there are bytes, an end or an error. With TLS it may be a
  // false alarm (session tickets).
  Readable readable(Deadline deadline);
  // Until the peer has closed or reset the connection, while something else is awaited: a client
  // that goes away. Unread bytes do not matter. A reset may be noticed a second late.
  WaitClosed wait_closed();

  // Without waiting: bytes (0: orderly end, for reading), kWouldBlock or kFailed; then error() says
  // why. try_write may take a part only, head first.
  virtual std::ptrdiff_t try_read(std::span<char> into) = 0;
  virtual std::ptrdiff_t try_write(std::span<const char> head, std::span<const char> body) = 0;
  // Bytes that were accepted but have not left yet (TLS records); they go out by themselves.
  virtual bool unsent() const { return false; }
  Error error() const;

  // No more writing: FIN, and with TLS close_notify before it. Does not wait.
  virtual void shutdown_write() = 0;
  // Tells the peer that the end is meant (close_notify of TLS, nothing otherwise) before the stream
  // is destroyed. Does not wait.
  virtual void close_notify() {}
  // The peer is still there and has sent nothing unasked: a pooled connection may be used. May
  // read from the socket.
  virtual bool quiet() = 0;
  // The peer's end came without TLS's close_notify: what was read may be cut off.
  virtual bool truncated() const { return false; }
  // nullptr for a plain stream.
  virtual const TlsInfo* tls() const { return nullptr; }
  // Takes the socket out of the stream, for a handshake on it; empty for TLS. Nothing may wait.
  virtual UniqueFd release() = 0;

  // Coarse times of the last byte each way (creation at first), and bytes so far (before TLS).
  Deadline last_read() const { return last_read_; }
  Deadline last_written() const { return last_written_; }
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t bytes_written() const { return bytes_written_; }

  Loop& loop() const { return loop_; }
  Side side() const { return side_; }
  int fd() const { return socket_.fd(); }

 protected:
  // What happens to an operation while it waits.
  class Waiter {
   public:
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    bool arrived() const { return arrived_; }  // for Race

   protected:
    Waiter(Stream& stream, Waiter*& slot, Deadline deadline)
        : stream_(stream), slot_(slot), deadline_(deadline) {}
    ~Waiter() {
      if (linked_) unlink();
    }
    virtual bool attempt() = 0;                 // true when there is something to tell the task
    bool link(std::coroutine_handle<> waiter);  // false: the deadline has passed already
    void unlink() {
      slot_ = nullptr;
      linked_ = false;
    }
    Stream& stream_;
    bool arrived_ = false;
    bool timed_out_ = false;

   private:
    friend class Stream;
    Waiter*& slot_;
    Deadline deadline_;
    std::coroutine_handle<> waiter_;
    bool linked_ = false;
  };

  Stream(Loop& loop, UniqueFd fd, Side side);

  void on_sweep(Deadline now) final;
  // A read would have an answer.
  virtual bool may_read() = 0;
  // The socket's readiness has changed; before the waiters try again.
  virtual void before_wake() {}
  // Bookkeeping of the derived streams' try_read and try_write.
  void count_read(std::size_t bytes) {
    bytes_read_ += bytes;
    last_read_ = loop_.now();
    if (fair_turn_ != loop_.turns()) {
      fair_turn_ = loop_.turns();
      fair_bytes_ = 0;
    }
    fair_bytes_ += bytes;
  }
  void count_written(std::size_t bytes) {
    bytes_written_ += bytes;
    last_written_ = loop_.now();
  }
  std::ptrdiff_t fail_with(int system_error);
  std::ptrdiff_t fail_with(Error error);
  Error reset_error(std::string_view text) const;
  Error timeout_error(std::string_view text) const;

  Socket socket_;

 private:
  // Turns the event loop's callbacks into member functions.
  struct Yield final : Ready {
    explicit Yield(Stream& owner) : stream(owner) {}
    void run() override { stream.wake(stream.reader_); }
    Stream& stream;
  };
  static void on_socket(void* self);
  bool over_fair_share() const { return fair_turn_ == loop_.turns() && fair_bytes_ >= kFairBytes; }
  void wake(Waiter*& slot);
  void wake_all();
  bool expire(Waiter*& slot, Deadline now);
  void arm_exact(Deadline deadline);
  void on_exact();

  Loop& loop_;
  Waiter* reader_ = nullptr;
  Waiter* writer_ = nullptr;
  Waiter* closer_ = nullptr;
  bool* gone_ = nullptr;  // set when the stream is destroyed inside one of its own callbacks
  Deadline last_read_;
  Deadline last_written_;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_written_ = 0;
  std::uint64_t fair_turn_ = 0;
  std::size_t fair_bytes_ = 0;
  Deadline exact_at_;
  std::unique_ptr<Timer> exact_;  // made for the first short deadline
  std::unique_ptr<Error> error_;
  Yield yield_{*this};
  Side side_;
};

class [[nodiscard]] Stream::Read final : public Waiter {
 public:
  Read(Stream& stream, std::span<char> into, Deadline deadline)
      : Waiter(stream, stream.reader_, deadline), into_(into) {}
  bool await_ready() { return arrived_ = !stream_.over_fair_share() && attempt(); }
  bool await_suspend(std::coroutine_handle<> waiter);
  Result<std::size_t> await_resume() {
    if (count_ >= 0) [[likely]]
      return static_cast<std::size_t>(count_);
    return std::unexpected(failure());
  }

 private:
  bool attempt() override { return (count_ = stream_.try_read(into_)) != kWouldBlock; }
  Error failure() const;
  std::span<char> into_;
  std::ptrdiff_t count_ = kWouldBlock;
};

class [[nodiscard]] Stream::Readable final : public Waiter {
 public:
  Readable(Stream& stream, Deadline deadline) : Waiter(stream, stream.reader_, deadline) {}
  bool await_ready() { return arrived_ = attempt(); }
  bool await_suspend(std::coroutine_handle<> waiter) { return link(waiter); }
  Result<> await_resume();

 private:
  bool attempt() override;
};

class [[nodiscard]] Stream::Write final : public Waiter {
 public:
  Write(Stream& stream, std::span<const char> head, std::span<const char> body, Deadline deadline)
      : Waiter(stream, stream.writer_, deadline), head_(head), body_(body) {}
  bool await_ready() { return arrived_ = attempt(); }
  bool await_suspend(std::coroutine_handle<> waiter);
  Result<> await_resume() {
    if (!failed_ && !timed_out_) [[likely]]
      return {};
    return std::unexpected(failure());
  }

 private:
  bool attempt() override;
  Error failure() const;
  std::span<const char> head_;
  std::span<const char> body_;
  std::unique_ptr<char[]> kept_;  // the rest, from the moment the task is suspended
  bool failed_ = false;
};

class [[nodiscard]] Stream::WaitClosed final : public Waiter {
 public:
  explicit WaitClosed(Stream& stream) : Waiter(stream, stream.closer_, kNever) {}
  bool await_ready() { return arrived_ = attempt(); }
  bool await_suspend(std::coroutine_handle<> waiter) { return link(waiter); }
  void await_resume() {}

 private:
  bool attempt() override;
};

inline Stream::Read Stream::read(std::span<char> into, Deadline deadline) {
  return Read(*this, into, deadline);
}
inline Stream::Write Stream::write(std::span<const char> bytes, Deadline deadline) {
  return Write(*this, bytes, {}, deadline);
}
inline Stream::Write Stream::write(std::span<const char> head, std::span<const char> body,
                                   Deadline deadline) {
  return Write(*this, head, body, deadline);
}
inline Stream::Readable Stream::readable(Deadline deadline) { return Readable(*this, deadline); }
inline Stream::WaitClosed Stream::wait_closed() { return WaitClosed(*this); }

// A stream on a connected socket (which is made non-blocking): TCP or unix, without TLS.
std::unique_ptr<Stream> plain_stream(Loop& loop, UniqueFd fd, Side side);

}  // namespace vaettir::net
