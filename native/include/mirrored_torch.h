/*
 * The native layer: a plain C interface over libtorch.
 *
 * - Every function that can fail returns a mirrored_status; its words go into a mirrored_text that the caller owns. No exception crosses.
 * - Handles come from *_load or *_create and go back through the *_free of the same name; a NULL handle may be freed.
 * - A mirrored_model and a mirrored_weights may be used by many threads at once, a mirrored_lane by one thread at a time.
 *   A lane keeps its model alive.
 */
#ifndef MIRRORED_TORCH_H
#define MIRRORED_TORCH_H

#include <stdint.h>

#ifdef __cplusplus
#define MIRRORED_NOEXCEPT noexcept
extern "C" {
#else
#define MIRRORED_NOEXCEPT
#endif

#if defined(__GNUC__)
#define MIRRORED_API __attribute__((visibility("default")))
#else
#define MIRRORED_API
#endif

/* Changes whenever a signature or a struct below does. */
#define MIRRORED_ABI_VERSION 1

typedef int32_t mirrored_status;
enum {
    MIRRORED_OK = 0,
    MIRRORED_INVALID = 1,     /* the request or the model is wrong */
    MIRRORED_DATA = 2,        /* the data are wrong */
    MIRRORED_UNAVAILABLE = 3, /* memory or a device did not answer */
    MIRRORED_INTERNAL = 4,    /* a broken invariant of this library */
    MIRRORED_CANCELLED = 5
};

/* A caller-owned buffer for UTF-8 text. */
typedef struct {
    char* data;       /* always NUL-terminated when capacity > 0 */
    int64_t capacity; /* bytes at data */
    int64_t length;   /* out: bytes of the whole text without its NUL; at or above capacity, the text was cut */
} mirrored_text;

/* Element types, in the order of the managed ElementType. */
enum {
    MIRRORED_BOOL = 0,
    MIRRORED_INT8,
    MIRRORED_INT16,
    MIRRORED_INT32,
    MIRRORED_INT64,
    MIRRORED_UINT8,
    MIRRORED_UINT16,
    MIRRORED_UINT32,
    MIRRORED_UINT64,
    MIRRORED_FLOAT16,
    MIRRORED_FLOAT32,
    MIRRORED_FLOAT64
};

/* Where an argument's values come from. */
enum { MIRRORED_COLUMN = 0, MIRRORED_NOISE = 1, MIRRORED_TIMESTEP = 2 };

/* One argument of forward. */
typedef struct {
    const int64_t* shape; /* [rank], a row's shape without the batch dimension */
    int32_t rank;
    int32_t source;
    int32_t stored_dtype; /* columns only */
    int32_t dtype;        /* what the model receives */
    double scale;         /* columns only: value = stored * scale + offset */
    double offset;
    int64_t timesteps; /* timesteps only: values are 0 ... timesteps - 1 */
} mirrored_argument;

/* How every argument of forward is made, in forward's order. */
typedef struct {
    const mirrored_argument* arguments; /* [argument_count] */
    int32_t argument_count;
    uint64_t seed;
} mirrored_layout;

enum { MIRRORED_SGD = 0, MIRRORED_ADAM = 1, MIRRORED_ADAMW = 2 };
enum { MIRRORED_MODE_EVAL = 0, MIRRORED_MODE_TRAIN = 1, MIRRORED_MODE_TRAIN_OWNERS = 2 };

typedef struct {
    const int32_t* trainable; /* [trainable_count], indexes of parameters */
    int32_t trainable_count;
    int32_t maximise; /* 1 ascends, 0 descends */
    int32_t steps;
    int32_t optimizer;
    int32_t mode;
    int32_t repeat; /* times the whole query is repeated */
    int32_t threads;
    double learning_rate;
    double momentum;
    double weight_decay;
    int64_t draw_count;
    int64_t mini_batch_rows;    /* most rows that go through the model together */
    int32_t perturbed_argument; /* index of a column argument to move on a sphere, or -1 */
    int32_t perturbation_attempt;
    double perturbation_radius;
    const volatile int32_t* cancelled; /* read between mini-batches; nonzero stops */
} mirrored_ascent;

/* One tensor of a weight set. */
typedef struct {
    int32_t tensor_index; /* in the model's list of tensors */
    const void* data;     /* C-order; on a CPU it is borrowed and must outlive the weight set */
} mirrored_tensor;

typedef struct mirrored_model mirrored_model;
typedef struct mirrored_weights mirrored_weights;
typedef struct mirrored_lane mirrored_lane;

MIRRORED_API int32_t mirrored_abi_version(void) MIRRORED_NOEXCEPT;

/* JSON: {"torch", "blas", "blasConfig", "blasPath", "cpuCapability", "devices": []}. */
MIRRORED_API mirrored_status mirrored_runtime_describe(mirrored_text* json, mirrored_text* error) MIRRORED_NOEXCEPT;

/* Best of five float32 products of 1024 x 1024 matrices on one thread, in 1e9 operations a second. */
MIRRORED_API mirrored_status mirrored_runtime_measure(double* gigaflops, mirrored_text* error) MIRRORED_NOEXCEPT;

/* Reads a TorchScript archive; bytes are not kept. device: "cpu", "cuda", "cuda:N". */
MIRRORED_API mirrored_status mirrored_model_load(const uint8_t* bytes, int64_t byte_count, const char* device, mirrored_model** model,
                                                 mirrored_text* error) MIRRORED_NOEXCEPT;
MIRRORED_API void mirrored_model_free(mirrored_model* model) MIRRORED_NOEXCEPT;

/* JSON: {"device", "arguments": [], "hasPrefix", "prefixArguments": [], "suffixArguments": [], "exporterText": text or null,
   "tensors": [{"name", "otherNames": [], "dtype", "shape": [], "isParameter", "usedByPrefix"}]}. */
MIRRORED_API mirrored_status mirrored_model_describe(const mirrored_model* model, mirrored_text* json,
                                                     mirrored_text* error) MIRRORED_NOEXCEPT;

/* The ascended model as a weight set. row_pointers: [columns x row_count], column-major; row_keys: [row_count] or NULL. */
MIRRORED_API mirrored_status mirrored_model_ascend(const mirrored_model* model, const mirrored_layout* layout,
                                                   const mirrored_ascent* ascent, const void* const* row_pointers, int64_t row_count,
                                                   const uint64_t* row_keys, mirrored_weights** weights, double* loss_before,
                                                   double* loss_after, mirrored_text* error) MIRRORED_NOEXCEPT;

/* tensors: [tensor_count], each tensor_index at most once; data as long as the model's tensor of that index. */
MIRRORED_API mirrored_status mirrored_weights_load(const mirrored_model* model, const mirrored_tensor* tensors, int32_t tensor_count,
                                                   mirrored_weights** weights, mirrored_text* error) MIRRORED_NOEXCEPT;
MIRRORED_API void mirrored_weights_free(mirrored_weights* weights) MIRRORED_NOEXCEPT;

/* How many tensors differ from the base model. */
MIRRORED_API int32_t mirrored_weights_count(const mirrored_weights* weights) MIRRORED_NOEXCEPT;

/* The model's tensor index of the weight set's tensor `index`, ascending in index. */
MIRRORED_API int32_t mirrored_weights_tensor_index(const mirrored_weights* weights, int32_t index) MIRRORED_NOEXCEPT;

/* Copies tensor `index`, C-order; byte_count must be its exact size. */
MIRRORED_API mirrored_status mirrored_weights_read(const mirrored_weights* weights, int32_t index, void* destination, int64_t byte_count,
                                                   mirrored_text* error) MIRRORED_NOEXCEPT;

MIRRORED_API mirrored_status mirrored_lane_create(const mirrored_model* model, const mirrored_layout* layout, int32_t threads,
                                                  mirrored_lane** lane, mirrored_text* error) MIRRORED_NOEXCEPT;
MIRRORED_API void mirrored_lane_free(mirrored_lane* lane) MIRRORED_NOEXCEPT;

/* Makes rows the lane's mini-batch. Rows may be borrowed: they stay as they are until the next load. */
MIRRORED_API mirrored_status mirrored_lane_load(mirrored_lane* lane, const void* const* row_pointers, int64_t row_count,
                                                const uint64_t* row_keys, mirrored_text* error) MIRRORED_NOEXCEPT;

/* Losses of the mini-batch under weights (NULL: the base model), [row_count]. */
MIRRORED_API mirrored_status mirrored_lane_losses(mirrored_lane* lane, const mirrored_weights* weights, int32_t draw, float* losses,
                                                  int64_t row_count, mirrored_text* error) MIRRORED_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
