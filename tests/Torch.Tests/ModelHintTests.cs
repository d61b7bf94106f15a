namespace MirroredInfluence.Torch.Tests;

public sealed class ModelHintTests
{
    [Theory]
    [InlineData("index 279 is out of bounds for dimension 0 with size 100")]
    [InlineData("index out of range in self")]
    public void IndexBeyondATable_NamesTheTimesteps_WhereTheyAreDrawn(string words)
    {
        Assert.Equal(" (timesteps are drawn from 0 to 999: if the model knows fewer, set score.draws.timesteps to its number)", ModelHint.Of(words, Layout(new TimestepArgument { Name = "t", Timesteps = 1000 })));
        Assert.Equal("", ModelHint.Of(words, Layout(new NoiseArgument { Name = "t", Shape = [] })));
    }

    [Fact]
    public void OtherWords_AreLeftAlone() => Assert.Equal("", ModelHint.Of("Target 3 is out of bounds.", Layout(new TimestepArgument { Name = "t", Timesteps = 1000 })));

    private static ArgumentLayout Layout(ArgumentSource source) => ArgumentLayout.Bind(
        new ModelSignature { Arguments = [new ModelArgument("t", null, null)], HasPrefix = false, PrefixArguments = [], SuffixArguments = [], Tensors = [], ExporterText = null },
        [source]);
}
