namespace MirroredInfluence.Torch.Tests;

/// <summary>The archives of tests/corpus/models; tests/golden/torch/make.py says what each is.</summary>
internal static class Models
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "models", name + ".pt");

    public static BaseModel Load(string name) => BaseModel.Load(PathOf(name));

    /// <summary>x float32 [4] and, where the model takes it, y int64 [].</summary>
    public static ArgumentLayout Bind(BaseModel model, ulong seed = 0) =>
        ArgumentLayout.Bind(model.Signature, [.. model.Signature.Arguments.Select(Source)], seed);

    public static ColumnArgument Column(string name, ElementType dtype, params int[] shape) =>
        new() { Name = name, Column = name + "s", StoredDtype = dtype, Dtype = dtype, Shape = [.. shape] };

    private static ArgumentSource Source(ModelArgument argument) => argument.Name switch
    {
        "y" => Column("y", ElementType.Int64),
        "noise" => new NoiseArgument { Name = "noise", Shape = [4] },
        "timestep" => new TimestepArgument { Name = "timestep", Timesteps = 10 },
        _ => Column(argument.Name, ElementType.Float32, 4),
    };
}
