namespace MirroredInfluence.Grains;

[RegisterConverter]
public sealed class MirroredExceptionConverter : IConverter<MirroredException, MirroredExceptionSurrogate>
{
    public MirroredException ConvertFromSurrogate(in MirroredExceptionSurrogate surrogate) => new(surrogate.Kind, surrogate.Message);

    public MirroredExceptionSurrogate ConvertToSurrogate(in MirroredException value) => new() { Kind = value.Kind, Message = value.Message };
}
