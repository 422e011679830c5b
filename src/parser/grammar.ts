/**
 * The grammar, as a chevrotain parser that makes a concrete syntax tree and recovers from damage. It accepts a
 * little more than the language: forms that are reserved for later, and frequent mistakes, are parsed here so that
 * `build-ast.ts` can answer each with one clear diagnostic. Binary operators form one flat rule; precedence is
 * decided when the syntax tree is built.
 *
 * Contextual words are names unless the grammar asks for the word itself. A word that is updated (`batch <- 1`) is
 * marked as a name beforehand, so a suffix that begins with one needs no second look.
 */
import { CstParser, EOF } from 'chevrotain';
import type { CstNode, IRecognitionException, IToken, TokenType } from 'chevrotain';
import { expectations } from './messages.js';
import {
  allTokens,
  BinaryOperator,
  Colon,
  Comma,
  declarationHeads,
  Dot,
  Ellipsis,
  endOf,
  Equals,
  futureHeads,
  Identifier,
  isOfType,
  LeftArrow,
  LeftBrace,
  LeftBracket,
  LeftParenthesis,
  NumberToken,
  Percent,
  PrefixOperator,
  ReservedWord,
  RightBrace,
  RightBracket,
  RightParenthesis,
  StringToken,
  Tilde,
  UpdatedName,
  words,
} from './tokens.js';

/** How deep brackets, conditionals, types and blocks may nest. */
export const maximumNesting = 200;

/** Thrown out of the parser at the token where the nesting is too deep; `parse.ts` cuts the declaration out. */
export class NestingTooDeep extends Error {
  constructor(readonly token: IToken) {
    super('nesting too deep');
  }
}

/** Words that, where an operand is missing on the same line, were probably meant as a name. */
const misusedAsNames = new Set<TokenType>([
  ...[...declarationHeads, ...futureHeads].map((text) => words[text]),
  words.state,
]);

const literals = new Set<TokenType>([NumberToken, StringToken]);
const afterMisusedName = new Set<TokenType>([
  Equals,
  Colon,
  Tilde,
  Comma,
  LeftParenthesis,
  LeftBracket,
  LeftArrow,
]);

function beginsOperand(type: TokenType): boolean {
  return (
    literals.has(type) ||
    type === LeftParenthesis ||
    isOfType(type, Identifier) ||
    isOfType(type, PrefixOperator) ||
    type === words.true ||
    type === words.false
  );
}

class ArgminParser extends CstParser {
  private text = '';
  private nesting = 0;

  constructor(skipValidations: boolean) {
    super(allTokens, {
      recoveryEnabled: true,
      nodeLocationTracking: 'onlyOffset',
      maxLookahead: 2,
      errorMessageProvider: expectations,
      skipValidations,
    });
    this.performSelfAnalysis();
  }

  start(text: string, tokens: IToken[]): { cst: CstNode; errors: IRecognitionException[] } {
    this.text = text;
    this.nesting = 0;
    this.input = tokens;
    const cst = this.file();
    return { cst, errors: this.errors };
  }

  // ------------------------------------------------------------------------------------------ declarations

  readonly file = this.RULE('file', () => {
    this.MANY({
      GATE: () => this.beginsDeclaration(),
      DEF: () => {
        this.nesting = 0;
        this.SUBRULE(this.declaration);
      },
    });
    this.CONSUME(EOF);
  });

  readonly declaration = this.RULE('declaration', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.importDeclaration) },
      { ALT: () => this.SUBRULE(this.dimDeclaration) },
      { ALT: () => this.SUBRULE(this.hyperDeclaration) },
      { ALT: () => this.SUBRULE(this.dataDeclaration) },
      { ALT: () => this.SUBRULE(this.paramDeclaration) },
      { ALT: () => this.SUBRULE(this.letDeclaration) },
      { ALT: () => this.SUBRULE(this.fnDeclaration) },
      { ALT: () => this.SUBRULE(this.moduleDeclaration) },
      { ALT: () => this.SUBRULE(this.modelDeclaration) },
      { ALT: () => this.SUBRULE(this.objectiveDeclaration) },
      { ALT: () => this.SUBRULE(this.solveDeclaration) },
      { ALT: () => this.SUBRULE(this.reportDeclaration) },
      { ALT: () => this.SUBRULE(this.precisionDeclaration) },
      { ALT: () => this.SUBRULE(this.optimizerDeclaration) },
      { ALT: () => this.SUBRULE(this.scheduleDeclaration) },
      { ALT: () => this.SUBRULE(this.testDeclaration) },
      { ALT: () => this.SUBRULE(this.problemState) },
      { ALT: () => this.SUBRULE(this.updateStatement) },
    ]);
  });

  private readonly importDeclaration = this.RULE('importDeclaration', () => {
    this.CONSUME(words.import);
    this.CONSUME(LeftBrace);
    this.SUBRULE(this.importedName);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.importedName);
    });
    this.CONSUME(RightBrace);
    this.CONSUME(words.from);
    this.OR([{ ALT: () => this.CONSUME(StringToken) }, { ALT: () => this.SUBRULE(this.libraryPath) }]);
  });

  private readonly importedName = this.RULE('importedName', () => {
    this.SUBRULE(this.name);
    this.OPTION(() => {
      this.CONSUME(words.as);
      this.SUBRULE2(this.name);
    });
  });

  /** Any word may be a step of a path: `std.data`. */
  private readonly libraryPath = this.RULE('libraryPath', () => {
    this.SUBRULE(this.word);
    this.MANY(() => {
      this.CONSUME(Dot);
      this.SUBRULE2(this.word);
    });
  });

  private readonly word = this.RULE('word', () => {
    this.OR([{ ALT: () => this.CONSUME(Identifier) }, { ALT: () => this.CONSUME(ReservedWord) }]);
  });

  /** The name that a declaration binds. A reserved word is taken too, where only a name can stand. */
  private readonly name = this.RULE('name', () => {
    this.OR([
      { ALT: () => this.CONSUME(Identifier) },
      { GATE: () => afterMisusedName.has(this.LA(2).tokenType), ALT: () => this.CONSUME(ReservedWord) },
    ]);
  });

  private readonly dimDeclaration = this.RULE('dimDeclaration', () => {
    this.CONSUME(words.dim);
    this.SUBRULE(this.name);
    this.OPTION(() => {
      this.CONSUME(Equals);
      this.SUBRULE(this.expression);
    });
  });

  private readonly hyperDeclaration = this.RULE('hyperDeclaration', () => {
    this.CONSUME(words.hyper);
    this.SUBRULE(this.name);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(words.in);
      this.SUBRULE(this.expression, { LABEL: 'interval' });
    });
    this.OPTION2(() => {
      this.CONSUME(Equals);
      this.SUBRULE2(this.expression, { LABEL: 'value' });
    });
  });

  private readonly dataDeclaration = this.RULE('dataDeclaration', () => {
    this.CONSUME(words.data);
    this.OPTION(() => this.CONSUME(StringToken));
    this.MANY(() => this.SUBRULE(this.dataClause));
    this.CONSUME(LeftBrace);
    this.MANY2({ GATE: () => this.beginsColumn(), DEF: () => this.SUBRULE(this.dataColumn) });
    this.CONSUME(RightBrace);
  });

  private readonly dataClause = this.RULE('dataClause', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(words.as);
          this.CONSUME(Identifier);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.split);
          this.SUBRULE(this.splitPart);
          this.MANY(() => {
            this.CONSUME(Comma);
            this.SUBRULE2(this.splitPart);
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.seed);
          this.SUBRULE(this.expression);
        },
      },
    ]);
  });

  private readonly splitPart = this.RULE('splitPart', () => {
    this.SUBRULE(this.name);
    this.CONSUME(NumberToken);
    this.CONSUME(Percent);
  });

  private readonly dataColumn = this.RULE('dataColumn', () => {
    this.SUBRULE(this.name);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => this.SUBRULE(this.binding));
  });

  private readonly binding = this.RULE('binding', () => {
    this.OR([{ ALT: () => this.CONSUME(Equals) }, { ALT: () => this.CONSUME(Tilde) }]);
    this.SUBRULE(this.expression);
  });

  private readonly paramDeclaration = this.RULE('paramDeclaration', () => {
    this.CONSUME(words.param);
    this.SUBRULE(this.name);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => this.SUBRULE(this.setClause));
    this.OPTION2(() => this.SUBRULE(this.binding));
  });

  /** `in SET by HOW`: reserved for constrained variables. */
  private readonly setClause = this.RULE('setClause', () => {
    this.CONSUME(words.in);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(words.by);
      this.SUBRULE2(this.expression);
    });
  });

  private readonly letDeclaration = this.RULE('letDeclaration', () => {
    this.CONSUME(words.let);
    this.SUBRULE(this.letBinding);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.letBinding);
    });
    this.OPTION(() => this.SUBRULE(this.onClause));
  });

  private readonly letBinding = this.RULE('letBinding', () => {
    this.SUBRULE(this.name);
    this.OPTION(() => {
      this.CONSUME(Colon);
      this.SUBRULE(this.type);
    });
    this.SUBRULE(this.binding);
  });

  private readonly onClause = this.RULE('onClause', () => {
    this.CONSUME(words.on);
    this.CONSUME(Identifier);
  });

  /** `over a, b` after an objective or a player: reserved for games. */
  private readonly overClause = this.RULE('overClause', () => {
    this.CONSUME(words.over);
    this.CONSUME(Identifier);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.CONSUME2(Identifier);
    });
  });

  private readonly fnDeclaration = this.RULE('fnDeclaration', () => {
    this.CONSUME(words.fn);
    this.SUBRULE(this.name);
    this.SUBRULE(this.parameters);
    this.OPTION(() => this.SUBRULE(this.result));
    this.SUBRULE(this.body);
  });

  private readonly parameters = this.RULE('parameters', () => {
    this.CONSUME(LeftParenthesis);
    this.OPTION(() => {
      this.SUBRULE(this.parameter);
      this.MANY(() => {
        this.CONSUME(Comma);
        this.SUBRULE2(this.parameter);
      });
    });
    this.CONSUME(RightParenthesis);
  });

  private readonly parameter = this.RULE('parameter', () => {
    this.SUBRULE(this.name);
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(Equals);
      this.SUBRULE(this.expression);
    });
  });

  private readonly result = this.RULE('result', () => {
    this.CONSUME(Colon);
    this.SUBRULE(this.type);
  });

  private readonly body = this.RULE('body', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(Equals);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.block) },
    ]);
  });

  private readonly moduleDeclaration = this.RULE('moduleDeclaration', () => {
    this.CONSUME(words.module);
    this.SUBRULE(this.name);
    this.SUBRULE(this.parameters, { LABEL: 'statics' });
    this.SUBRULE2(this.parameters);
    this.OPTION(() => this.SUBRULE(this.result));
    this.SUBRULE(this.block);
  });

  private readonly modelDeclaration = this.RULE('modelDeclaration', () => {
    this.CONSUME(words.model);
    this.SUBRULE(this.name);
    this.OPTION(() => {
      this.CONSUME(LeftBracket);
      this.SUBRULE(this.expression, { LABEL: 'copies' });
      this.CONSUME(RightBracket);
    });
    this.CONSUME(Equals);
    this.SUBRULE2(this.expression, { LABEL: 'value' });
    this.OPTION2(() => {
      this.CONSUME(words.every);
      this.SUBRULE3(this.expression, { LABEL: 'every' });
      this.OPTION3(() => this.SUBRULE(this.unit));
    });
  });

  private readonly objectiveDeclaration = this.RULE('objectiveDeclaration', () => {
    this.OR([{ ALT: () => this.CONSUME(words.minimize) }, { ALT: () => this.CONSUME(words.maximize) }]);
    this.OPTION({
      GATE: () => this.LA(2).tokenType === Colon,
      DEF: () => {
        this.SUBRULE(this.name);
        this.CONSUME(Colon);
      },
    });
    this.SUBRULE(this.expression);
    this.MANY(() =>
      this.OR2([{ ALT: () => this.SUBRULE(this.onClause) }, { ALT: () => this.SUBRULE(this.overClause) }]),
    );
  });

  private readonly solveDeclaration = this.RULE('solveDeclaration', () => {
    this.CONSUME(words.solve);
    this.OPTION(() => {
      this.CONSUME(Identifier);
      this.MANY(() => {
        this.CONSUME(Comma);
        this.CONSUME2(Identifier);
      });
    });
    this.CONSUME(words.using);
    this.SUBRULE(this.expression);
    this.MANY2(() => this.SUBRULE(this.solveClause));
  });

  private readonly solveClause = this.RULE('solveClause', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(words.batch);
          this.SUBRULE(this.expression);
          this.OPTION(() => {
            this.CONSUME(words.in);
            this.CONSUME(words.order);
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.for);
          this.SUBRULE2(this.expression);
          this.SUBRULE(this.unit);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.until);
          this.SUBRULE3(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.seed);
          this.SUBRULE4(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.futureSolveClause) },
    ]);
  });

  private readonly unit = this.RULE('unit', () => {
    this.OR([
      { ALT: () => this.CONSUME(words.steps) },
      { ALT: () => this.CONSUME(words.step) },
      { ALT: () => this.CONSUME(words.epochs) },
      { ALT: () => this.CONSUME(words.epoch) },
    ]);
  });

  /** Aggregators, handlers and players: reserved. */
  private readonly futureSolveClause = this.RULE('futureSolveClause', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(words.on);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.by);
          this.SUBRULE2(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(words.using);
          this.SUBRULE3(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.overClause) },
    ]);
  });

  private readonly reportDeclaration = this.RULE('reportDeclaration', () => {
    this.CONSUME(words.report);
    this.SUBRULE(this.name);
    this.CONSUME(Equals);
    this.SUBRULE(this.expression);
    this.OPTION(() => this.SUBRULE(this.onClause));
  });

  private readonly precisionDeclaration = this.RULE('precisionDeclaration', () => {
    this.CONSUME(words.precision);
    this.CONSUME(Identifier);
  });

  private readonly optimizerDeclaration = this.RULE('optimizerDeclaration', () => {
    this.CONSUME(words.optimizer);
    this.SUBRULE(this.name);
    this.SUBRULE(this.parameters);
    this.OPTION(() => this.SUBRULE(this.structureClause));
    this.SUBRULE(this.block);
  });

  /** `over T: real[a, b] in SET`: reserved for optimizers of structured variables. */
  private readonly structureClause = this.RULE('structureClause', () => {
    this.CONSUME(words.over);
    this.SUBRULE(this.structuredVariable);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.structuredVariable);
    });
  });

  private readonly structuredVariable = this.RULE('structuredVariable', () => {
    this.SUBRULE(this.name);
    this.SUBRULE(this.result);
    this.OPTION(() => this.SUBRULE(this.setClause));
  });

  private readonly scheduleDeclaration = this.RULE('scheduleDeclaration', () => {
    this.CONSUME(words.schedule);
    this.SUBRULE(this.name);
    this.SUBRULE(this.parameters);
    this.SUBRULE(this.body);
  });

  private readonly testDeclaration = this.RULE('testDeclaration', () => {
    this.CONSUME(words.test);
    this.CONSUME(StringToken);
    this.SUBRULE(this.block);
  });

  /** `state` at the level of the problem: reserved. */
  private readonly problemState = this.RULE('problemState', () => {
    this.SUBRULE(this.stateStatement);
  });

  // -------------------------------------------------------------------------------------------- statements

  private readonly block = this.RULE('block', () => {
    const depth = this.enter();
    this.CONSUME(LeftBrace);
    this.MANY({
      GATE: () => this.beginsStatement(),
      DEF: () => {
        this.nesting = depth + 1;
        this.SUBRULE(this.statement);
      },
    });
    this.CONSUME(RightBrace);
    this.nesting = depth;
  });

  private readonly statement = this.RULE('statement', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.letStatement) },
      { ALT: () => this.SUBRULE(this.stateStatement) },
      { ALT: () => this.SUBRULE(this.paramDeclaration) },
      { ALT: () => this.SUBRULE(this.modelDeclaration) },
      { ALT: () => this.SUBRULE(this.ifStatement) },
      { ALT: () => this.SUBRULE(this.returnStatement) },
      { ALT: () => this.SUBRULE(this.assertStatement) },
      { ALT: () => this.SUBRULE(this.forStatement) },
      { ALT: () => this.SUBRULE(this.perStatement) },
      { ALT: () => this.SUBRULE(this.whileStatement) },
      { ALT: () => this.SUBRULE(this.updateStatement) },
    ]);
  });

  private readonly letStatement = this.RULE('letStatement', () => {
    this.CONSUME(words.let);
    this.SUBRULE(this.letBinding);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.letBinding);
    });
  });

  private readonly stateStatement = this.RULE('stateStatement', () => {
    this.CONSUME(words.state);
    this.SUBRULE(this.letBinding);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.letBinding);
    });
  });

  private readonly ifStatement = this.RULE('ifStatement', () => {
    const depth = this.enter();
    this.CONSUME(words.if);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.block);
    this.OPTION(() => {
      this.CONSUME(words.else);
      this.OR([
        { ALT: () => this.SUBRULE2(this.block, { LABEL: 'otherwise' }) },
        { ALT: () => this.SUBRULE(this.ifStatement) },
      ]);
    });
    this.nesting = depth;
  });

  private readonly returnStatement = this.RULE('returnStatement', () => {
    this.CONSUME(words.return);
    this.SUBRULE(this.expression);
  });

  private readonly assertStatement = this.RULE('assertStatement', () => {
    this.CONSUME(words.assert);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(words.within);
      this.SUBRULE2(this.expression, { LABEL: 'tolerance' });
    });
  });

  private readonly forStatement = this.RULE('forStatement', () => {
    this.CONSUME(words.for);
    this.SUBRULE(this.name);
    this.CONSUME(words.in);
    this.SUBRULE(this.expression, { LABEL: 'range' });
    this.OPTION(() => {
      this.CONSUME(words.while);
      this.SUBRULE2(this.expression, { LABEL: 'condition' });
    });
    this.SUBRULE(this.block);
  });

  /** `per tensor { ... }`; `per matrix (r, c) { ... } else { ... }` is reserved. */
  private readonly perStatement = this.RULE('perStatement', () => {
    this.CONSUME(words.per);
    this.CONSUME(Identifier);
    this.OPTION(() => {
      this.CONSUME(LeftParenthesis);
      this.CONSUME2(Identifier);
      this.MANY(() => {
        this.CONSUME(Comma);
        this.CONSUME3(Identifier);
      });
      this.CONSUME(RightParenthesis);
    });
    this.SUBRULE(this.block);
    this.OPTION2(() => {
      this.CONSUME(words.else);
      this.SUBRULE2(this.block, { LABEL: 'otherwise' });
    });
  });

  /** Not in the language, which has bounded loops only; parsed to say so. */
  private readonly whileStatement = this.RULE('whileStatement', () => {
    this.CONSUME(words.while);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.block);
  });

  private readonly updateStatement = this.RULE('updateStatement', () => {
    this.CONSUME(UpdatedName);
    this.OPTION(() => this.SUBRULE(this.indices));
    this.OR([{ ALT: () => this.CONSUME(LeftArrow) }, { ALT: () => this.CONSUME(Equals) }]);
    this.SUBRULE(this.expression);
  });

  // ------------------------------------------------------------------------------------------- expressions

  readonly expression = this.RULE('expression', () => {
    const depth = this.enter();
    this.SUBRULE(this.unary);
    this.MANY(() => {
      this.CONSUME(BinaryOperator);
      this.SUBRULE2(this.unary);
    });
    this.nesting = depth;
  });

  private readonly unary = this.RULE('unary', () => {
    this.MANY(() => this.CONSUME(PrefixOperator));
    this.SUBRULE(this.atom);
    this.MANY2(() => this.SUBRULE(this.postfix));
  });

  private readonly atom = this.RULE('atom', () => {
    this.OR([
      { ALT: () => this.CONSUME(NumberToken) },
      { GATE: () => this.isName(), ALT: () => this.CONSUME(Identifier) },
      {
        ALT: () => {
          this.CONSUME(LeftParenthesis);
          this.SUBRULE(this.expression);
          this.CONSUME(RightParenthesis);
        },
      },
      { ALT: () => this.SUBRULE(this.listLiteral) },
      { ALT: () => this.SUBRULE(this.conditional) },
      { ALT: () => this.SUBRULE(this.recordLiteral) },
      { ALT: () => this.CONSUME(StringToken) },
      { ALT: () => this.CONSUME(words.true) },
      { ALT: () => this.CONSUME(words.false) },
      { ALT: () => this.SUBRULE(this.extremum) },
      { GATE: () => this.isMisusedWord(), ALT: () => this.CONSUME(ReservedWord) },
    ]);
  });

  private readonly conditional = this.RULE('conditional', () => {
    this.CONSUME(words.if);
    this.SUBRULE(this.expression, { LABEL: 'condition' });
    this.CONSUME(words.then);
    this.SUBRULE2(this.expression, { LABEL: 'then' });
    this.CONSUME(words.else);
    this.SUBRULE3(this.expression, { LABEL: 'otherwise' });
  });

  /** `argmax` as the name of a call, or a nested problem, which is reserved. */
  private readonly extremum = this.RULE('extremum', () => {
    this.OR([{ ALT: () => this.CONSUME(words.argmin) }, { ALT: () => this.CONSUME(words.argmax) }]);
    this.OPTION(() => this.SUBRULE(this.nestedProblem));
  });

  private readonly nestedProblem = this.RULE('nestedProblem', () => {
    const depth = this.enter();
    this.CONSUME(LeftBrace);
    this.MANY({
      GATE: () => this.beginsDeclaration(),
      DEF: () => {
        this.nesting = depth + 1;
        this.SUBRULE(this.declaration);
      },
    });
    this.CONSUME(RightBrace);
    this.nesting = depth;
  });

  private readonly listLiteral = this.RULE('listLiteral', () => {
    this.CONSUME(LeftBracket);
    this.OR([
      {
        GATE: () => this.LA(2).tokenType === words.in,
        ALT: () => {
          this.SUBRULE(this.binders);
          this.CONSUME(Colon);
          this.SUBRULE(this.expression, { LABEL: 'element' });
        },
      },
      {
        ALT: () => {
          this.OPTION(() => {
            this.SUBRULE2(this.expression);
            this.MANY(() => {
              this.CONSUME(Comma);
              this.SUBRULE3(this.expression);
            });
          });
        },
      },
    ]);
    this.CONSUME(RightBracket);
  });

  private readonly recordLiteral = this.RULE('recordLiteral', () => {
    this.CONSUME(LeftBrace);
    this.SUBRULE(this.recordField);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.recordField);
    });
    this.CONSUME(RightBrace);
  });

  private readonly recordField = this.RULE('recordField', () => {
    this.SUBRULE(this.name);
    this.CONSUME(Equals);
    this.SUBRULE(this.expression);
  });

  private readonly binders = this.RULE('binders', () => {
    this.SUBRULE(this.binder);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.binder);
    });
    this.OPTION(() => {
      this.CONSUME(words.where);
      this.SUBRULE(this.expression);
    });
  });

  private readonly binder = this.RULE('binder', () => {
    this.SUBRULE(this.name);
    this.CONSUME(words.in);
    this.SUBRULE(this.expression);
  });

  private readonly postfix = this.RULE('postfix', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.arguments) },
      { ALT: () => this.SUBRULE(this.indices) },
      {
        ALT: () => {
          this.CONSUME(Dot);
          this.CONSUME(Identifier);
        },
      },
    ]);
  });

  private readonly indices = this.RULE('indices', () => {
    this.CONSUME(LeftBracket);
    this.SUBRULE(this.expression);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.expression);
    });
    this.CONSUME(RightBracket);
  });

  private readonly arguments = this.RULE('arguments', () => {
    this.CONSUME(LeftParenthesis);
    this.OR([
      {
        GATE: () => this.LA(2).tokenType === words.in,
        ALT: () => {
          this.SUBRULE(this.binders);
          this.CONSUME(Colon);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.OPTION(() => {
            this.SUBRULE(this.argument);
            this.MANY(() => {
              this.CONSUME(Comma);
              this.SUBRULE2(this.argument);
            });
          });
          this.OPTION2(() => this.SUBRULE(this.overClause));
          this.OPTION3(() => this.SUBRULE(this.onClause));
        },
      },
    ]);
    this.CONSUME(RightParenthesis);
  });

  private readonly argument = this.RULE('argument', () => {
    this.OR({
      DEF: [
        {
          GATE: () => this.LA(2).tokenType === words.except,
          ALT: () => this.SUBRULE(this.allExcept),
        },
        {
          GATE: () => this.LA(2).tokenType === Equals,
          ALT: () => {
            this.SUBRULE(this.name);
            this.CONSUME(Equals);
            this.SUBRULE(this.expression);
          },
        },
        { ALT: () => this.SUBRULE2(this.expression) },
      ],
      IGNORE_AMBIGUITIES: true,
    });
  });

  private readonly allExcept = this.RULE('allExcept', () => {
    this.CONSUME(words.all);
    this.CONSUME(words.except);
    this.SUBRULE(this.columnName);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.columnName);
    });
  });

  private readonly columnName = this.RULE('columnName', () => {
    this.OR([{ ALT: () => this.CONSUME(StringToken) }, { ALT: () => this.SUBRULE(this.word) }]);
  });

  // ------------------------------------------------------------------------------------------------- types

  private readonly type = this.RULE('type', () => {
    const depth = this.enter();
    this.OR([
      { ALT: () => this.SUBRULE(this.functionType) },
      { ALT: () => this.SUBRULE(this.recordType) },
      { ALT: () => this.SUBRULE(this.arrayType) },
    ]);
    this.nesting = depth;
  });

  private readonly functionType = this.RULE('functionType', () => {
    this.CONSUME(words.fn);
    this.CONSUME(LeftParenthesis);
    this.OPTION(() => {
      this.SUBRULE(this.type);
      this.MANY(() => {
        this.CONSUME(Comma);
        this.SUBRULE2(this.type);
      });
    });
    this.CONSUME(RightParenthesis);
    this.SUBRULE(this.result);
  });

  private readonly recordType = this.RULE('recordType', () => {
    this.CONSUME(LeftBrace);
    this.SUBRULE(this.recordTypeField);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.recordTypeField);
    });
    this.CONSUME(RightBrace);
  });

  private readonly recordTypeField = this.RULE('recordTypeField', () => {
    this.SUBRULE(this.name);
    this.SUBRULE(this.result);
  });

  private readonly arrayType = this.RULE('arrayType', () => {
    this.OR([
      { ALT: () => this.CONSUME(Identifier) },
      { ALT: () => this.CONSUME(words.optimizer) },
      { ALT: () => this.CONSUME(words.schedule) },
    ]);
    this.OPTION(() => {
      this.CONSUME(LeftParenthesis);
      this.SUBRULE(this.expression, { LABEL: 'classes' });
      this.CONSUME(RightParenthesis);
    });
    this.OPTION2(() => this.SUBRULE(this.dimensions));
  });

  private readonly dimensions = this.RULE('dimensions', () => {
    this.CONSUME(LeftBracket);
    this.OPTION(() => {
      this.OR([{ ALT: () => this.CONSUME(Ellipsis) }, { ALT: () => this.SUBRULE(this.expression) }]);
      this.MANY(() => {
        this.CONSUME(Comma);
        this.SUBRULE2(this.expression);
      });
    });
    this.CONSUME(RightBracket);
  });

  // ------------------------------------------------------------------------------------------- questions

  /** Goes one level down; gives the level to go back to, which also repairs what a damaged part left behind. */
  private enter(): number {
    const depth = this.nesting;
    if (this.RECORDING_PHASE) return depth;
    this.nesting += 1;
    if (this.nesting > maximumNesting) throw new NestingTooDeep(this.LA(1));
    return depth;
  }

  // The gates of the long repetitions look at two tokens, so that what is no declaration (or statement, or column)
  // is skipped up to the next one, instead of being entered and ending the repetition.

  private beginsDeclaration(): boolean {
    return this.LA(1).tokenType !== words.test || isOfType(this.LA(2).tokenType, StringToken);
  }

  private beginsStatement(): boolean {
    const type = this.LA(1).tokenType;
    if (type === words.for || type === words.per) return isOfType(this.LA(2).tokenType, Identifier);
    return type !== words.while || beginsOperand(this.LA(2).tokenType);
  }

  private beginsColumn(): boolean {
    return this.LA(2).tokenType === Colon || isOfType(this.LA(1).tokenType, Identifier);
  }

  /** A contextual word before an operand is a clause, not a name: two operands never stand side by side. */
  private isName(): boolean {
    return this.LA(1).tokenType === Identifier || !literals.has(this.LA(2).tokenType);
  }

  private isMisusedWord(): boolean {
    const token = this.LA(1);
    if (!misusedAsNames.has(token.tokenType)) return false;
    return !this.text.slice(endOf(this.LA(0)), token.startOffset).includes('\n');
  }
}

let instance: ArgminParser | undefined;

/** The concrete syntax tree of a token list. One parser serves all calls: building it costs 100 ms. */
export function parseTokens(
  text: string,
  tokens: IToken[],
): { cst: CstNode; errors: IRecognitionException[] } {
  instance ??= new ArgminParser(true);
  return instance.start(text, tokens);
}

/** A fresh parser whose grammar is checked for ambiguities; throws when it has any. For tests and tools. */
export function validatedParser(): ArgminParser {
  return new ArgminParser(false);
}
