namespace MirroredInfluence.Torch;

/// <summary>
/// Moves each test row's argument to a random point on a sphere around it (flat-loss escape). The direction is keyed by
/// (seed, row key, attempt), stream 2 of docs/formats/noise.md.
/// </summary>
/// <param name="Argument">A floating-point argument that is a column.</param>
/// <param name="Radius">L2 norm a row, in the model's units (after scale and offset).</param>
/// <param name="AttemptIndex">0-based; each attempt has its own direction.</param>
public sealed record InputPerturbation(string Argument, double Radius, int AttemptIndex);
