// What the tests of base/net share: driving a loop until a task is done, connected pairs of real
// sockets, certificates made on the spot.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/async/loop.h"
#include "base/async/task.h"
#include "base/net/certificate_source.h"
#include "base/net/fd.h"
#include "base/net/stream.h"

namespace vaettir::net::kit {

// Turns the loop until the condition holds; gives up after a long time, and says no.
bool turn_until(Loop& loop, const std::function<bool()>& condition);

template <class T>
T finish(Loop& loop, Task<T>& task) {
  CHECK(turn_until(loop, [&] { return task.done(); }));
  return task.take();
}
template <class T>
T finish(Loop& loop, Task<T>&& task) {
  return finish(loop, task);
}

// Two ends of a TCP connection over loopback. `buffer`: size of the kernel's buffers, 0 as they
// are.
struct Pair {
  UniqueFd near;
  UniqueFd far;
};
Pair tcp_pair(int buffer = 0);
Pair unix_pair();

// Blocking helpers for a far end that is no Stream.
void put(int fd, std::string_view bytes);
std::string take(int fd, std::size_t size);
void reset_connection(UniqueFd fd);  // RST instead of FIN

Task<Result<std::string>> read_some(Stream& stream, Deadline deadline = kNever);
Task<Result<std::string>> read_exactly(Stream& stream, std::size_t size,
                                       Deadline deadline = kNever);
Task<Result<>> write_all(Stream& stream, std::string bytes, Deadline deadline = kNever);
std::string pattern(std::size_t size);  // not compressible by accident: every offset differs

struct Made {
  std::string certificate_pem;
  std::string key_pem;
  std::shared_ptr<const Certificate> certificate;
};
// A self-signed P-256 certificate for these names (which is its own root).
Made make_certificate(const std::vector<std::string>& names, long days = 30);

// Answers from a map, at once or when it is let go.
class FixedSource final : public CertificateSource {
 public:
  std::map<std::string, std::shared_ptr<const Certificate>, std::less<>> certificates;
  std::vector<std::string> asked;
  Loop* slow_on = nullptr;  // takes a while when set
  Task<Result<std::shared_ptr<const Certificate>>> find(std::string_view name) override;

 private:
  Task<Result<std::shared_ptr<const Certificate>>> find_later(std::string_view name);
};

}  // namespace vaettir::net::kit
