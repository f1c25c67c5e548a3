namespace Weir.Engine.Running;

/// <summary>Placeholder of the op extension point.</summary>
public interface IOpKind;
