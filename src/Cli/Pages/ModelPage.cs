using MirroredInfluence.Torch;

namespace MirroredInfluence.Cli;

/// <summary>What <c>inspect</c> prints of a model.</summary>
internal static class ModelPage
{
    private const int TensorsShown = 40;

    public static void Write(BaseModel model, TextWriter output)
    {
        var signature = model.Signature;
        var parameters = signature.Tensors.Where(tensor => tensor.IsParameter).ToArray();
        var buffers = signature.Tensors.Where(tensor => !tensor.IsParameter).ToArray();

        output.WriteLine($"{model.Path}: TorchScript");
        output.WriteLine($"  sha256      {model.Sha256}");
        output.WriteLine($"  parameters  {parameters.Sum(Elements):N0} in {parameters.Length:N0} tensors; {buffers.Sum(Elements):N0} values in {buffers.Length:N0} buffers");
        output.WriteLine(signature.HasPrefix
            ? $"  split       prefix({string.Join(", ", signature.PrefixArguments)}) then suffix(features, {string.Join(", ", signature.SuffixArguments)}); {parameters.Where(tensor => !tensor.UsedByPrefix).Sum(Elements):N0} parameters are the suffix's alone"
            : "  split       none: every query costs whole forward passes");

        output.WriteLine("  arguments of forward:");
        foreach (var argument in signature.Arguments)
            output.WriteLine($"    {argument.Name,-20} {Shapes.Of(argument.Dtype, argument.Shape)}");

        output.WriteLine("  parameters:");
        foreach (var tensor in parameters.Take(TensorsShown))
            output.WriteLine($"    {tensor.Name,-40} {tensor.Dtype} [{string.Join(", ", tensor.Shape)}]{(tensor.UsedByPrefix ? "  prefix" : "")}");
        if (parameters.Length > TensorsShown)
            output.WriteLine($"    … and {parameters.Length - TensorsShown:N0} more");
        output.WriteLine();
    }

    private static long Elements(ModelTensor tensor) => tensor.Shape.Aggregate(1L, (product, size) => product * size);
}
