#include "failure.h"

#include <algorithm>
#include <cstring>
#include <new>

#include <c10/util/Exception.h>

namespace mirrored {

Failure invalid(std::string message) { return {MIRRORED_INVALID, std::move(message)}; }
Failure unavailable(std::string message) { return {MIRRORED_UNAVAILABLE, std::move(message)}; }
Failure internal(std::string message) { return {MIRRORED_INTERNAL, std::move(message)}; }

namespace {

// The interpreter wraps a message in a traceback of TorchScript code and ends it in "RuntimeError: <message>".
std::string without_traceback(const std::string& text) {
    static const char* const marks[] = {"RuntimeError: ", "torch.jit.Error: ", "builtins."};
    for (const char* mark : marks) {
        const auto start = text.rfind(mark);
        if (start != std::string::npos && text.find("Traceback") < start) {
            return text.substr(start + std::strlen(mark));
        }
    }
    return text;
}

std::string trimmed(std::string text) {
    const auto end = text.find_last_not_of(" \n\r\t");
    text.resize(end == std::string::npos ? 0 : end + 1);
    return text;
}

}  // namespace

bool is_out_of_memory(const std::string& words) {
    return words.find("can't allocate memory") != std::string::npos || words.find("out of memory") != std::string::npos;
}

std::string words_of(const std::exception& exception) {
    const auto* torch_error = dynamic_cast<const c10::Error*>(&exception);
    return trimmed(without_traceback(torch_error ? torch_error->what_without_backtrace() : exception.what()));
}

void write_text(mirrored_text* text, const std::string& value) noexcept {
    if (text == nullptr) {
        return;
    }
    text->length = static_cast<int64_t>(value.size());
    if (text->data == nullptr || text->capacity <= 0) {
        return;
    }
    const auto kept = std::min(text->length, text->capacity - 1);
    std::memcpy(text->data, value.data(), static_cast<size_t>(kept));
    text->data[kept] = '\0';
}

mirrored_status report_current_exception(mirrored_text* error) noexcept {
    try {
        throw;
    } catch (const Failure& failure) {
        write_text(error, failure.message);
        return failure.status;
    } catch (const std::bad_alloc&) {
        write_text(error, "out of memory");
        return MIRRORED_UNAVAILABLE;
    } catch (const std::exception& exception) {
        try {
            const auto words = words_of(exception);
            write_text(error, words);
            return is_out_of_memory(words) ? MIRRORED_UNAVAILABLE : MIRRORED_INTERNAL;
        } catch (...) {
            return MIRRORED_INTERNAL;
        }
    } catch (...) {
        write_text(error, "an exception of an unknown type");
        return MIRRORED_INTERNAL;
    }
}

}  // namespace mirrored
