using Orleans.CodeGeneration;

namespace MirroredInfluence.Grains;

/// <summary>
/// A client sends each of its calls by another of its gateways in turn. Otherwise all calls of a grain go by one, also when the silo there is paused or cut off, and
/// asking again does not help.
/// </summary>
[InvokableCustomInitializer(nameof(IRequest.AddInvokeMethodOptions), InvokeMethodOptions.Unordered)]
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AnyGatewayAttribute : Attribute;
