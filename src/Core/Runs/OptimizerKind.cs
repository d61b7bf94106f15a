using System.Text.Json.Serialization;

namespace MirroredInfluence;

/// <summary>As in torch.optim, with its defaults: Adam and AdamW use β = (0.9, 0.999), ε = 1e-8.</summary>
public enum OptimizerKind
{
    Sgd,
    Adam,
    [JsonStringEnumMemberName("adamw")]
    AdamW,
}
